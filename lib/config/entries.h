// Readers of the parts of a config file. Internal to lib/config.
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/config/config_file.h"
#include "lib/config/section.h"

namespace xenha::config {

using Path = std::filesystem::path;

/// A path as the file means it: relative to `directory`. Empty stays empty.
Path resolved(const Path& directory, const std::string& text);

/// A label value: unique within its list, [A-Za-z0-9_.-]+, at most 100 characters.
std::string read_name(Section& section);

/// `KEY` names a file that holds a secret; `literal` is the key under which people write the secret itself.
SecretEntry read_secret_file(Section& section, std::string_view key, std::string_view literal,
                             const Path& directory, bool required);
/// username, password_file or password_env.
LoginEntry read_login(Section& section, const Path& directory);

/// `client_certificate`: its keys are known too.
TlsEntry read_tls(const Node* node, const Where& where, const Path& directory, Problems& problems,
                  bool client_certificate = false);
/// A list of base64 SHA-256 sums.
std::vector<std::string> read_pins(Section& section);
/// What the TLS keys must not say together. `pinned` = every configured peer has a pin.
void check_tls(const TlsEntry& tls, bool tls_on, bool pinned, Problems& problems);

PoolEntry read_pool(const Node& node, const Where& where, const Path& directory, Problems& problems);
CloudEntry read_cloud(const Node& node, const Where& where, const Path& directory, Problems& problems);
ExporterEntry read_exporter(const Node* node, const Where& where, const Path& directory, Problems& problems);
HooksEntry read_hooks(const Node* node, const Where& where, const Path& directory, Problems& problems);
/// `hooks_token`: hooks.operator_token_file is there, which stands in for a missing ctl.token_file.
CtlEntry read_ctl(const Node* node, const Where& where, const Path& directory, bool hooks_token,
                  Problems& problems);

}  // namespace xenha::config
