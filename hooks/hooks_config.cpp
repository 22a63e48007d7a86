#include "hooks/hooks_config.h"

#include <algorithm>
#include <utility>

#include "hooks/guards_config.h"
#include "lib/config/config_file.h"

namespace xenha::hooks {
namespace {

using config::CloudEntry;
using config::ConfigFile;
using config::HooksEntry;
using config::PoolEntry;
using config::Problems;
using config::SecretEntry;
using config::Where;

constexpr std::size_t kShortestToken = 16;
constexpr const char* kMakeAToken = "make one with: openssl rand -hex 32 > FILE";

Where key_of(const HooksEntry& hooks, std::string_view key) {
  return hooks.where.key(key, hooks.where.line);
}

/// What a client could not send in a header, or a stranger could guess. Says nothing of what the token holds.
void check_token(const Token& token, const Where& where, Problems& problems) {
  const std::string& text = token.text.reveal();
  if (text.empty()) return;  // a problem already
  const bool sendable = std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!sendable)
    problems.error(where, "the token holds blanks or characters that no HTTP header can carry", kMakeAToken);
  else if (text.size() < kShortestToken)
    problems.warn(where, "the token is short enough to be guessed", kMakeAToken);
}

std::optional<Token> open_token(const SecretEntry& entry, Problems& problems) {
  if (!entry.source.is_set()) return {};
  auto [text, source] = config::open_secret(entry, "token", problems);
  Token token{std::move(text), std::move(source)};
  check_token(token, entry.where, problems);
  return token;
}

void open_tokens(const HooksEntry& entry, HooksConfig& out, Problems& problems) {
  out.bearer_token = open_token(entry.bearer_token, problems);
  out.operator_token = open_token(entry.operator_token, problems);
  if (!out.bearer_token || !out.operator_token || out.operator_token->text.empty()) return;
  if (out.bearer_token->text == out.operator_token->text)
    problems.error(
        entry.operator_token.where,
        "holds the same token as bearer_token_file, so whoever sends alerts could also clear what the "
        "daemon gave up",
        kMakeAToken);
}

std::optional<config::Credential> open_actor(const PoolEntry& entry, Mode mode, Problems& problems) {
  if (mode != Mode::kAct) return {};
  if (entry.actor) return config::open_login(*entry.actor, problems);
  problems.error(
      entry.where.key("actor", entry.where.line),
      "is missing, but hooks.mode is act, and HA is switched on with its login",
      "add actor with username and password_file of an account with the role pool-operator, or write "
      "mode: dry-run");
  return {};
}

bool is_named(const CloudEntry& cloud, const std::vector<PoolEntry>& pools) {
  return std::any_of(pools.begin(), pools.end(),
                     [&](const PoolEntry& pool) { return pool.cloudstack.value == cloud.name; });
}

void load_web(const ConfigFile& file, const CommandLine& line, HooksConfig& out, Problems& problems) {
  out.web_config_file = line.web_config_file.empty() ? file.web_config_file : line.web_config_file;
  if (out.web_config_file.empty()) return;
  Problems of_web(out.web_config_file.string());
  std::optional<web::WebConfig> web = web::load_web_config(out.web_config_file, of_web);
  if (web) out.web = *std::move(web);
  problems.add(of_web);
}

const web::ListenAddress* reachable_from_outside(const CommandLine& line) {
  const auto found = std::find_if(line.listen.begin(), line.listen.end(),
                                  [](const web::ListenAddress& address) { return !address.loopback(); });
  return found == line.listen.end() ? nullptr : &*found;
}

/// A slip where authentication is configured: it must be judged once that is corrected, not before.
bool authentication_is_unclear(const Problems& problems) {
  const std::vector<config::Problem> errors = problems.errors();
  return std::any_of(errors.begin(), errors.end(), [&](const config::Problem& error) {
    return error.file != problems.file() || error.path.starts_with("hooks.bearer_token");
  });
}

void check_authentication(const HooksEntry& entry, const CommandLine& line, const HooksConfig& config,
                          Problems& problems) {
  const Where where = key_of(entry, "bearer_token_file");
  const web::ListenAddress* outside = reachable_from_outside(line);
  if (!config.authenticates() && config.policy.mode == Mode::kAct) {
    problems.error(where,
                   "is missing, and the web config asks for neither password nor certificate: in mode act, "
                   "whoever reaches the daemon could have HA switched on",
                   "name the file of a token (openssl rand -hex 32 > FILE), or write mode: dry-run");
  } else if (!config.authenticates() && outside) {
    problems.error(
        where,
        "is missing, and the web config asks for neither password nor certificate: whoever reaches " +
            outside->text() + " could send alerts",
        "name the file of a token (openssl rand -hex 32 > FILE), or listen on 127.0.0.1 only");
  } else if (outside && !config.web.tls) {
    problems.warn(key_of(entry, "bearer_token_file"),
                  "without TLS, tokens and passwords cross the network readable to " + outside->text(),
                  "add tls_server_config to the web config, or listen on 127.0.0.1 behind a proxy");
  }
}

void warn_of_idleness(const HooksEntry& entry, const HooksConfig& config, Problems& problems) {
  if (config.policies.empty())
    problems.warn(key_of(entry, "policies"), "no alert has a policy, so every alert is ignored",
                  "add {alert: XenHAPoolHADisabled, action: enable-pool-ha}");
  if (config.policy.mode == Mode::kAct && !config.operator_token)
    problems.warn(key_of(entry, "operator_token_file"),
                  "is missing, so nobody can pause the daemon, or clear what it gave up, over HTTP",
                  kMakeAToken);
}

Result<HooksConfig, Problems> checked(const ConfigFile& file, const CommandLine& line, Problems problems) {
  HooksConfig out;
  const HooksEntry& hooks = file.hooks;
  out.policy = policy_of(hooks);
  for (const PoolEntry& pool : file.pools)
    out.pools.push_back({config::open_pool(pool, problems), open_actor(pool, out.policy.mode, problems)});
  for (const CloudEntry& cloud : file.clouds)
    if (is_named(cloud, file.pools)) out.clouds.push_back(config::open_cloud(cloud, problems));
  out.read_gap = hooks.guards.read_gap;
  out.recheck = hooks.guards.recheck;
  out.verify = hooks.guards.verify;
  out.kill_switch_file = hooks.guards.kill_switch_file;
  out.state_dir = hooks.state_dir;
  out.max_body = hooks.max_body;
  for (const config::PolicyEntry& policy : hooks.policies)
    out.policies.push_back({policy.alert, policy.action});
  open_tokens(hooks, out, problems);
  config::check_state_dir(hooks.state_dir, hooks.where, problems);
  load_web(file, line, out, problems);
  if (!authentication_is_unclear(problems)) check_authentication(hooks, line, out, problems);
  if (!problems.ok()) return problems;
  warn_of_idleness(hooks, out, problems);
  out.warnings = problems.warnings();
  return out;
}

}  // namespace

ReceiptRule HooksConfig::receipt_rule() const {
  ReceiptRule rule{.pools = {}, .policies = policies};
  for (const HooksPool& pool : pools) rule.pools.insert(pool.reach.name);
  return rule;
}

Result<HooksConfig, Problems> load_hooks_config(const std::filesystem::path& path, const CommandLine& line) {
  Problems problems(path.string());
  const ConfigFile file = config::read_config(path, problems);
  return checked(file, line, std::move(problems));
}

Result<HooksConfig, Problems> check_hooks_config(std::string_view text, const std::filesystem::path& origin,
                                                 const CommandLine& line) {
  Problems problems(origin.string());
  std::error_code ignored;
  const ConfigFile file =
      config::parse_config(text, std::filesystem::absolute(origin, ignored).parent_path(), problems);
  return checked(file, line, std::move(problems));
}

config::CheckReport check_report(const std::filesystem::path& path, const CommandLine& line) {
  const Result<HooksConfig, Problems> config = load_hooks_config(path, line);
  if (!config) return config::unusable(path, config.error());
  Problems problems(path.string());
  problems.add_warnings(config->warnings);
  return config::usable(path, problems,
                        "mode: " + std::string(word(config->policy.mode)) +
                            ", pools: " + std::to_string(config->pools.size()) +
                            ", CloudStacks: " + std::to_string(config->clouds.size()) +
                            ", policies: " + std::to_string(config->policies.size()));
}

}  // namespace xenha::hooks
