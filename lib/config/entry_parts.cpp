// Parts that several entries have: names, paths, logins and secrets.
#include <algorithm>

#include "lib/config/entries.h"

namespace xenha::config {
namespace {

bool is_environment_name(const std::string& text) {
  return !text.empty() && text.size() <= 100 && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_'); });
}

}  // namespace

Path resolved(const Path& directory, const std::string& text) {
  if (text.empty()) return {};
  return (directory / text).lexically_normal();
}

std::string read_name(Section& section) {
  const Text name = section.required("name", "write one; it becomes a label value");
  const bool fits =
      name.value.size() <= 100 && std::all_of(name.value.begin(), name.value.end(), [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) || c == '_' || c == '.' || c == '-');
      });
  if (fits) return name.value;
  section.problems().error(name.where, in_quotes(name.value) + " is no usable name",
                           "use at most 100 letters, digits, and _ . -");
  return {};
}

SecretEntry read_secret_file(Section& section, std::string_view key, std::string_view literal,
                             const Path& directory, bool required) {
  const Text file = section.text(key);
  section.refuse(literal, "a secret does not belong into this file",
                 "put it into a file of its own and write " + std::string(key) + ": PATH");
  if (required && !section.has(key) && !section.present(literal))
    section.problems().error(section.at(key), "is missing", "name the file that holds it");
  if (file.empty()) return {{}, false, file.where};
  return {SecretSource::file(resolved(directory, file.value)), Path(file.value).is_absolute(), file.where};
}

LoginEntry read_login(Section& section, const Path& directory) {
  LoginEntry login;
  login.username = section.required("username", "write the account to log in with").value;
  const Text file = section.text("password_file");
  const Text variable = section.text("password_env");
  section.refuse("password", "a password does not belong into this file",
                 "put it into a file that only the service can read and write password_file: PATH");
  Problems& problems = section.problems();
  const bool has_file = section.has("password_file");
  const bool has_variable = section.has("password_env");
  login.password.where = has_file ? file.where : variable.where;
  if (has_file && has_variable) {
    problems.error(variable.where, "password_file is there too", "keep one of them");
  } else if (!has_file && !has_variable) {
    if (!section.present("password"))
      problems.error(section.at("password_file"), "is missing", "name the file that holds the password");
  } else if (!file.empty()) {
    login.password.source = SecretSource::file(resolved(directory, file.value));
    login.password.absolute = Path(file.value).is_absolute();
  } else if (is_environment_name(variable.value)) {
    login.password.source = SecretSource::environment(variable.value);
  } else if (!variable.empty()) {
    // Not quoted: it may be the password itself.
    problems.error(variable.where, "is no name of an environment variable",
                   "write the name, not the password");
  }
  return login;
}

}  // namespace xenha::config
