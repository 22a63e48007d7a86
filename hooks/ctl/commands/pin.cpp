// pin POOL: the keys that the hosts show, as pins for the config file. Asks for no password and trusts
// nobody.
#include <algorithm>

#include "hooks/ctl/commands/arguments.h"
#include "hooks/ctl/commands/make.h"
#include "hooks/ctl/render/json.h"
#include "hooks/ctl/render/spans.h"
#include "lib/http/send.h"

namespace xenha::ctl {
namespace {

struct Shown {
  std::string address;
  std::optional<http::CertificateFacts> certificate;
  std::string problem;  ///< why there is none
  bool pinned = false;  ///< a pin is configured
  bool fits = false;    ///< and this key has it
  bool changed() const { return certificate && pinned && !fits; }
};

Shown show(const Context& context, const config::PoolConfig& pool, const config::HostConfig& host) {
  Shown out{.address = host.address};
  auto endpoint = std::make_shared<http::Endpoint>(*config::endpoint_of(pool, host.address));
  const std::vector<std::string> pins = std::exchange(endpoint->policy.pins, {});
  endpoint->policy.ca_file.clear();
  endpoint->policy.insecure_skip_verify = true;  // nothing is sent: it is only looked at
  http::Request request{.endpoint = endpoint,
                        .method = http::Request::Method::kConnectOnly,
                        .deadline = context.clock.steady() + context.config.request_timeout};
  Result<http::Response> response = http::send(context.transport, std::move(request));
  if (!response) {
    out.problem = response.error().message;
    return out;
  }
  out.certificate = std::move(response->presented);
  if (!out.certificate) out.problem = host.address + ": showed no certificate";
  out.pinned = !pins.empty();
  out.fits = out.certificate && std::find(pins.begin(), pins.end(), out.certificate->pin) != pins.end();
  return out;
}

std::string compared(const Shown& shown) {
  if (!shown.certificate) return "NO ANSWER";
  if (shown.changed()) return "NOT THE CONFIGURED ONE";
  return shown.fits ? "as configured" : "not pinned yet";
}

class Pin final : public Command {
 public:
  std::string path() const override { return "pin"; }
  config::FlagParser::Text text() const override {
    return {
        "The pins of a pool's hosts, for the config file",
        "Connects to every listed host of the pool, looks at the key it shows, and prints the lines for the "
        "config file. Sends nothing, no password either. Whoever answers may be somebody else: compare each "
        "pin "
        "on the host itself before you write it down. Ends with 1 when a configured pin does not fit, or a "
        "host showed none.",
        "xenhactl pin cluster1"};
  }
  void declare(config::FlagParser& parser) override {
    parser.argument("POOL", "Name of the pool in the config file.", pool_);
  }
  Needs needs() const override { return {.addresses = true, .only_pool = pool_}; }

  ExitCode run(Context& context) override {
    const config::PoolConfig& pool = context.config.pools.front().reach;
    if (!pool.tls)
      return fail(context, ExitCode::kUsage, pool_ + " is asked over plain http, which has no keys");
    std::vector<Shown> shown;
    for (const config::HostConfig& host : pool.hosts) {
      if (context.interrupted.stop_requested()) return ExitCode::kInterrupted;
      shown.push_back(show(context, pool, host));
    }
    if (context.output == Output::kJson)
      print(context.screen.out, json(shown));
    else
      context.screen.out << screen(shown, context.clock.wall(), style_of(context.screen));
    const auto count = [&](auto is) { return std::count_if(shown.begin(), shown.end(), is); };
    const auto answered = count([](const Shown& host) { return host.certificate.has_value(); });
    if (answered == 0) return ExitCode::kUnreachable;
    const bool all_well = answered == static_cast<long>(shown.size()) &&
                          count([](const Shown& host) { return host.changed(); }) == 0;
    return all_well ? ExitCode::kDone : ExitCode::kNotMet;
  }

 private:
  std::string screen(const std::vector<Shown>& shown, WallTime now, const Style& style) const {
    Table table({"HOST", "", "CERTIFICATE"});
    std::string lines;
    for (const Shown& host : shown) {
      std::string words = host.problem;
      if (host.certificate) {
        const std::string& subject = host.certificate->subject;
        const WallTime until = host.certificate->not_after;
        words = (subject.empty() ? "without a name" : subject) + ", " +
                (until < now ? "EXPIRED " : "until ") + utc_words(until).substr(0, 10);
        lines += "      - address: " + host.address + "\n        pinned_sha256: [\"" + host.certificate->pin +
                 "\"]\n";
      }
      table.add({{host.address},
                 {compared(host), !host.certificate || host.changed() ? Tone::kBad
                                  : host.fits                         ? Tone::kGood
                                                                      : Tone::kWarn},
                 {words}});
    }
    std::string out = style.paint(plain(pool_), Tone::kBold) + "\n" + table.text(style, 2);
    if (lines.empty()) return out;
    return out + "\nFor the config file, once each was compared:\n\n    hosts:\n" + lines +
           "\nOn the host itself, in dom0:\n\n"
           "  openssl x509 -noout -pubkey -in /etc/xensource/xapi-ssl.pem |\n"
           "    openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64\n";
  }

  Json json(const std::vector<Shown>& shown) const {
    Json hosts = Json::array();
    for (const Shown& host : shown) {
      Json one{{"address", host.address},
               {"pin", nullptr},
               {"subject", nullptr},
               {"not_after_timestamp_seconds", nullptr}};
      if (host.certificate) {
        one["pin"] = host.certificate->pin;
        one["subject"] = host.certificate->subject;
        one["not_after_timestamp_seconds"] = unix_seconds(host.certificate->not_after);
      }
      one["configured"] = host.pinned;
      one["fits"] = host.certificate && host.pinned ? Json(host.fits) : Json(nullptr);
      one["problem"] = host.problem.empty() ? Json(nullptr) : Json(host.problem);
      hosts.push_back(std::move(one));
    }
    return {{"pool", pool_}, {"hosts", hosts}};
  }

  std::string pool_;
};

}  // namespace

std::unique_ptr<Command> make_pin() {
  return std::make_unique<Pin>();
}

}  // namespace xenha::ctl
