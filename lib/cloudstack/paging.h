// One listing under way: all its pages, of all the queries it consists of.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/cloudstack/client.h"
#include "lib/cloudstack/decode.h"
#include "lib/cloudstack/fault_text.h"
#include "lib/cloudstack/reader.h"

namespace xenha::cloudstack {

/// What the reader has under way, whatever it lists. Destroyed before its Done runs.
class Job {
 public:
  virtual ~Job() = default;
  virtual void begin() = 0;
};

/// The pages that this server accepts, learned from its refusals.
struct PageSize {
  int size = 500;
  static constexpr int kLeast = 10;
};

/// What a listing needs of its reader.
struct PagingContext {
  Client& client;
  const Reader::Limits& limits;
  PageSize& page_size;
  std::function<void()> over;  ///< forgets, and so destroys, the job
};

struct Query {
  std::string_view command;
  Parameters params;
};

template <class T>
class Paging final : public Job {
 public:
  struct Plan {
    const Shape<T>& shape;
    std::vector<Query> queries;  ///< one after the other, their items joined
    Reader::Done<T> done;
    int largest_page = 500;
    // Newest first, and not all of them:
    WallTime T::*time = nullptr;            ///< sorts by it
    std::function<bool(const T&)> known{};  ///< such items are left out, and no further page is asked for
    std::size_t most = static_cast<std::size_t>(-1);
  };

  Paging(PagingContext context, Plan plan) : context_(std::move(context)), plan_(std::move(plan)) {}
  void begin() override { ask(); }

 private:
  int page_size() const { return std::min(context_.page_size.size, plan_.largest_page); }

  void ask() {
    const Query& query = plan_.queries[query_];
    Question question;
    question.command = query.command;
    question.params = query.params;
    question.params.emplace_back("page", std::to_string(page_));
    question.params.emplace_back("pagesize", std::to_string(page_size()));
    question.wanted = plan_.shape.wanted;
    question.max_rows = context_.limits.max_rows;
    question.timeout = context_.limits.request_timeout;
    question.max_body = context_.limits.max_body;
    context_.client.ask(std::move(question), [this](Result<Page> page) { turn(std::move(page)); });
  }

  void turn(Result<Page> page) {
    if (!page) {
      if (smaller_pages_help(page.error())) return start_query_again();
      return finish(page.error());
    }
    note_times(*page);
    rows_ += page->rows.size();
    if (rows_ > context_.limits.max_rows) return finish(too_large());
    const std::size_t before = ids_of_query_.size();
    bool met_known = false;
    for (const Row& row : page->rows) {
      Decoded<T> item = plan_.shape.decode(row);
      if (!item) return finish(in_context(item.error()));
      const std::string id = plan_.shape.id(row);
      ids_of_query_.insert(id);
      const bool is_new = ids_.insert(id).second;
      if (is_new && *item) met_known |= take(**std::move(item));
    }
    // The server counts rows: those that are none of ours too.
    const bool last = page->rows.size() < static_cast<std::size_t>(page_size());
    stale_pages_ = ids_of_query_.size() == before ? stale_pages_ + 1 : 0;
    if (met_known || items_.size() >= plan_.most) return finish_well();
    // A server that ignores `page` would go on for ever.
    if (last || stale_pages_ >= kMostStalePages) return next_query();
    ++page_;
    ask();
  }

  bool smaller_pages_help(const Error& error) const {
    return error.remote_code == "431" && is_about_page_size(error.message) && page_size() > PageSize::kLeast;
  }
  void start_query_again() {
    context_.page_size.size = std::max(page_size() / 2, PageSize::kLeast);
    ask_first_page();
  }
  void next_query() {
    if (++query_ == plan_.queries.size()) return finish_well();
    ask_first_page();
  }
  void ask_first_page() {
    page_ = 1;
    stale_pages_ = 0;
    ids_of_query_.clear();
    ask();
  }

  /// True if the item was known before.
  bool take(T item) {
    if (plan_.known && plan_.known(item)) return true;
    items_.push_back(std::move(item));
    return false;
  }
  void note_times(const Page& page) {
    if (!asked_before_) times_.asked = page.asked;
    asked_before_ = true;
    times_.answered = page.answered;
    if (page.clock_offset && (!times_.clock_offset || page.took < least_took_)) {
      times_.clock_offset = page.clock_offset;
      least_took_ = page.took;
    }
  }
  Error in_context(Error error) const {
    error.message = std::string(plan_.queries[query_].command) + ": " + error.message;
    return error;
  }
  Error too_large() const {
    return in_context(
        {ErrorCode::kTooLarge, "more than " + std::to_string(context_.limits.max_rows) + " rows in all"});
  }

  void finish_well() {
    if (plan_.time != nullptr) {
      std::stable_sort(items_.begin(), items_.end(),
                       [time = plan_.time](const T& a, const T& b) { return a.*time > b.*time; });
    }
    if (items_.size() > plan_.most) items_.resize(plan_.most);
    finish(Listing<T>{std::move(items_), times_});
  }
  void finish(Result<Listing<T>> outcome) {
    const Reader::Done<T> done = std::move(plan_.done);
    const std::function<void()> over = std::move(context_.over);
    over();  // this object is gone
    done(std::move(outcome));
  }

  static constexpr int kMostStalePages = 2;
  PagingContext context_;
  Plan plan_;
  std::size_t query_ = 0;
  int page_ = 1;
  int stale_pages_ = 0;                 ///< full pages in a row that brought nothing new
  std::size_t rows_ = 0;                ///< as they came, of all pages
  std::set<std::string> ids_;           ///< of all queries
  std::set<std::string> ids_of_query_;  ///< since its first page
  std::vector<T> items_;
  Times times_;
  bool asked_before_ = false;
  Duration least_took_{};
};

}  // namespace xenha::cloudstack
