#include "exporter/timeline.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "exporter/failover_table.h"
#include "lib/base/minutes.h"
#include "lib/web/html.h"

namespace xenha::exporter {
namespace {

using web::html::escape;

// Percent of the width; the margins are for marks at the very ends.
constexpr double kLeft = 1.5, kRight = 97;
// Pixels of height.
constexpr int kAxis = 22, kPhaseLine = 32, kVictimLine = 19, kStrip = 46, kHeading = 24;
constexpr int kStripColumns = 80;

/// Two decimals: enough for a wide screen, and no locale's comma.
std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%ld.%02ld", std::lround(value * 100) / 100,
                std::lround(value * 100) % 100);
  return text;
}

class Timeline {
 public:
  Timeline(const FailoverRecord& record, WallTime now)
      : record_(record),
        rows_(failover_table(record)),
        open_(!record.closed),
        elapsed_(std::max(0.0, seconds((record.closed ? *record.closed : now) - record.last_contact))),
        end_(axis_end()) {}

  std::string draw() {
    y_ = kAxis;
    for (const FailoverRow& row : rows_) phase_line(row);
    victims();
    const int height = y_ + (open_ ? 16 : 4);
    const std::string background = axis(height) + uncertainty(height) + now_line(height);
    return "<svg class=\"timeline\" role=\"img\" aria-label=\"" + description() +
           "\" width=\"100%\" height=\"" + std::to_string(height) + "\">\n" + background + out_ + "</svg>\n";
  }

 private:
  /// Far enough for all that happened and for the published times. XenServer may declare a host dead half an
  /// hour late, and a VM may wait for hours: both are drawn at the edge, or all else would shrink to nothing.
  double axis_end() const {
    double last = 330;
    for (const FailoverRow& row : rows_)
      if (row.measured && row.phase != FailoverPhase::kHostDeclaredDead) last = std::max(last, *row.measured);
    for (const Victim& victim : record_.victims)
      if (const auto when = victim.running(); when && victim.state == VictimState::kRunning)
        last = std::max(last, seconds(*when - record_.last_contact));
    if (open_) last = std::max(last, std::min(elapsed_, 2 * last));
    return last * 1.06;
  }

  bool beyond(double time) const { return time > end_; }
  double percent(double time) const { return kLeft + (kRight - kLeft) * std::clamp(time, 0.0, end_) / end_; }
  std::string x(double time) const { return number(percent(time)) + "%"; }

  static std::string line(const std::string& from, const std::string& to, int y, const char* style) {
    const std::string height = std::to_string(y);
    return "<line class=\"" + std::string(style) + "\" x1=\"" + from + "\" x2=\"" + to + "\" y1=\"" + height +
           "\" y2=\"" + height + "\"/>\n";
  }
  static std::string upright(const std::string& where, int top, int bottom, const char* style) {
    return "<line class=\"" + std::string(style) + "\" x1=\"" + where + "\" x2=\"" + where + "\" y1=\"" +
           std::to_string(top) + "\" y2=\"" + std::to_string(bottom) + "\"/>\n";
  }
  /// A shape around a point whose place is a percentage.
  static std::string shape(const std::string& where, int y, const char* style, const char* path,
                           const std::string& title) {
    return "<svg x=\"" + where + "\" y=\"" + std::to_string(y) + "\" overflow=\"visible\"><path class=\"" +
           style + "\" d=\"" + path + "\"><title>" + title + "</title></path></svg>\n";
  }
  static constexpr const char* kDiamond = "M0-6.5 6.5 0 0 6.5-6.5 0z";
  static constexpr const char* kRing = "M-8.5 0a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0z";
  static constexpr const char* kDot = "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z";
  static constexpr const char* kArrow = "M-4-6 6 0-4 6z";
  static constexpr const char* kCross = "M-4-4 4 4M4-4-4 4";

  /// Text beside a place, on the side that has room. `aside`: pixels between the two.
  std::string text_at(double time, int y, int aside, const std::string& text, const char* style = "") const {
    const bool to_the_right = percent(time) < 50;
    return "<text" + (*style ? " class=\"" + std::string(style) + "\"" : "") + " x=\"" + x(time) + "\" y=\"" +
           std::to_string(y) + "\" dx=\"" + std::to_string(to_the_right ? aside : -aside) +
           "\" text-anchor=\"" + (to_the_right ? "start" : "end") + "\">" + text + "</text>\n";
  }

  std::string axis(int height) const {
    static constexpr double kSteps[] = {60, 120, 300, 600, 900, 1800, 3600};
    double step = kSteps[0];
    for (const double candidate : kSteps)
      if (end_ / (step = candidate) <= 8) break;
    while (end_ / step > 8) step *= 2;  // a clock that was set wrongly
    std::string out;
    for (int i = 0; step * i <= end_; ++i) {
      const double at = step * i;
      out += upright(x(at), kAxis - 4, height, i == 0 ? "zero" : "grid");
      const std::string label = i == 0 ? "0" : std::to_string(std::lround(at / 60));
      const bool last = at + step > end_;
      out += "<text class=\"tick\" x=\"" + x(at) + "\" y=\"13\" text-anchor=\"" +
             (i == 0 ? "start"
              : last ? "end"
                     : "middle") +
             "\"" +
             (i == 0 ? " dx=\"-3\""
              : last ? " dx=\"14\""
                     : "") +
             ">" + label + (last ? " min" : "") + "</text>\n";
    }
    return out;
  }

  std::string uncertainty(int height) const {
    const double span = seconds(record_.uncertainty());
    if (span <= 0) return "";
    const int top = kAxis - 4;
    return "<line class=\"unsure\" x1=\"" + x(0) + "\" x2=\"" + x(span) + "\" y1=\"" +
           std::to_string((top + height) / 2) + "\" y2=\"" + std::to_string((top + height) / 2) +
           "\" stroke-width=\"" + std::to_string(height - top) +
           "\"><title>lost between the last contact and the "
           "first failed one, " +
           number(span) + " s later</title></line>\n";
  }

  std::string now_line(int height) const {
    if (!open_ || beyond(elapsed_)) return "";
    return upright(x(elapsed_), kAxis - 4, height - 12, "now") +
           text_at(elapsed_, height - 2, 0, "now " + minutes_words(elapsed_), "tick");
  }

  void phase_line(const FailoverRow& row) {
    if (!row.measured && !open_) return;  // it will never come: the table says so
    const int track = y_ + 22, words = y_ + 11;
    const std::string label = escape(row.label);
    if (row.measured) {
      const std::string time = minutes_words(*row.measured);
      out_ += line(x(0), x(*row.measured), track, "track");
      published(row, track);
      out_ += shape(x(*row.measured), track, "mark", beyond(*row.measured) ? kArrow : kDiamond,
                    label + ": " + time);
      out_ += text_at(*row.measured, words, -5,
                      "<tspan class=\"time\">" + time + "</tspan> " + label +
                          (row.phase == FailoverPhase::kMasterElected && !record_.new_master.empty()
                               ? ": " + escape(record_.new_master)
                               : ""));
    } else {
      out_ += line(x(0), x(elapsed_), track, "track waits");
      published(row, track);
      out_ += text_at(elapsed_, words, 7, "not yet: " + label, "soft");
    }
    y_ += kPhaseLine;
  }

  void published(const FailoverRow& row, int y) {
    if (row.published)
      out_ += shape(x(*row.published), y, "ring", kRing,
                    "published: " + escape(row.label) + " " + minutes_words(*row.published));
  }

  void victims() {
    const VictimCount count = count_victims(record_);
    const int drawn = count.expected() + count.not_protected;
    if (drawn == 0) return;
    const std::string words =
        count.expected() == 0 ? "no VM was to be restarted"
                              : std::to_string(count.running) + " of " + std::to_string(count.expected()) +
                                    (count.expected() == 1 ? " VM runs again" : " VMs run again");
    std::string rest;
    if (count.pending > 0)
      rest = "<tspan class=\"bad\">, " + std::to_string(count.pending) + (open_ ? " not yet" : " never did") +
             "</tspan>";
    else if (const auto last = record_.seconds_to(FailoverPhase::kAllVmsRunning))
      rest = ", the last after " + minutes_words(*last);
    y_ += kHeading;
    out_ += "<text class=\"head\" x=\"" + x(0) + "\" y=\"" + std::to_string(y_ - 7) + "\" dx=\"-5\">" +
            words + rest + "</text>\n";
    if (static_cast<std::size_t>(drawn) <= kMostVictimLines)
      victim_lines();
    else
      strip(count);
  }

  std::vector<const Victim*> sorted_victims() const {
    std::vector<const Victim*> sorted;
    for (const Victim& victim : record_.victims)
      if (victim.state != VictimState::kStayed && victim.state != VictimState::kStopped)
        sorted.push_back(&victim);
    const auto rank = [](const Victim* victim) {
      return victim->state == VictimState::kRunning ? 0 : victim->state == VictimState::kPending ? 1 : 2;
    };
    std::stable_sort(sorted.begin(), sorted.end(), [&](const Victim* a, const Victim* b) {
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      return rank(a) == 0 && a->running() < b->running();
    });
    return sorted;
  }

  /// When it ran again, in seconds from the loss.
  double running_at(const Victim& victim) const {
    return victim.running() ? seconds(*victim.running() - record_.last_contact) : 0;
  }

  void victim_lines() {
    for (const Victim* victim : sorted_victims()) {
      const int middle = y_ + kVictimLine / 2, words = middle + 4;
      const std::string name = escape(victim->name);
      if (victim->state == VictimState::kRunning) {
        const double at = running_at(*victim);
        out_ += line(x(0), x(at), middle, "down");
        out_ += shape(x(at), middle, "runs", kDot, name + " runs again: " + minutes_words(at));
        out_ += text_at(at, words, 11,
                        "<tspan class=\"time\">" + minutes_words(at) + "</tspan> " + name +
                            (victim->new_host.empty() ? "" : " on " + escape(victim->new_host)),
                        "over");
      } else if (victim->state == VictimState::kPending) {
        out_ += line(x(0), x(elapsed_), middle, "down waits");
        out_ += shape(x(elapsed_), middle, "waits", kArrow, name + " does not run yet");
        out_ += text_at(elapsed_, words, 11, name + (open_ ? " not yet" : " never ran again"), "bad over");
      } else {
        out_ += shape(x(0), middle, "cross", kCross, name + " is not protected");
        out_ += text_at(0, words, 11, name + " stays stopped: its HA is off", "soft");
      }
      y_ += kVictimLine;
    }
  }

  /// Fills up from below as VMs run again; the hatched rest is still down.
  void strip(const VictimCount& count) {
    if (count.expected() == 0) return;
    std::vector<double> times;
    for (const Victim* victim : sorted_victims())
      if (victim->state == VictimState::kRunning) times.push_back(running_at(*victim));
    const double last = count.pending > 0 ? elapsed_ : times.empty() ? 0 : times.back();
    const double until = std::min(last, end_);
    out_ += "<line class=\"" + std::string(count.pending > 0 ? "down waits" : "down") + "\" x1=\"" + x(0) +
            "\" x2=\"" + x(until) + "\" y1=\"" + std::to_string(y_ + kStrip / 2) + "\" y2=\"" +
            std::to_string(y_ + kStrip / 2) + "\" style=\"stroke-width:" + std::to_string(kStrip) +
            "px\"/>\n";
    const double width = end_ / kStripColumns;
    for (int i = 0; i < kStripColumns && width * i < until; ++i) {
      const double from = width * i, to = std::min(width * (i + 1), until);
      const auto run = std::upper_bound(times.begin(), times.end(), to) - times.begin();
      const int height =
          static_cast<int>(std::lround(1.0 * kStrip * static_cast<double>(run) / count.expected()));
      if (height == 0) continue;
      out_ += "<rect class=\"runs\" x=\"" + x(from) + "\" width=\"" + number(percent(to) - percent(from)) +
              "%\" y=\"" + std::to_string(y_ + kStrip - height) + "\" height=\"" + std::to_string(height) +
              "\"/>\n";
    }
    if (count.pending > 0)
      out_ += shape(x(until), y_ + kStrip / 2, "waits", kArrow,
                    std::to_string(count.pending) + " do not run yet");
    y_ += kStrip + 6;
  }

  std::string description() const {
    std::string words = "Timeline of the failover of " + escape(record_.host) + ".";
    for (const FailoverRow& row : rows_)
      if (row.measured) words += " " + std::string(row.label) + ": " + minutes_words(*row.measured) + ".";
    return words;
  }

  const FailoverRecord& record_;
  const std::vector<FailoverRow> rows_;
  const bool open_;
  const double elapsed_;  ///< seconds from the loss to now, or to the end
  const double end_;      ///< seconds at the right edge
  int y_ = 0;
  std::string out_;
};

}  // namespace

std::string timeline_svg(const FailoverRecord& record, WallTime now) {
  return Timeline(record, now).draw();
}

}  // namespace xenha::exporter
