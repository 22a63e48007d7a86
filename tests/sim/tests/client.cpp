#include "tests/sim/tests/client.h"

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <xmlrpc-c/base.h>

#include <mutex>

namespace xenha::sim::test {
namespace {

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return out;
}

std::string encode(const Json& value) {
  std::string out = "<value>";
  if (value.is_boolean()) {
    out += std::string("<boolean>") + (value.get<bool>() ? "1" : "0") + "</boolean>";
  } else if (value.is_number_integer()) {
    out += "<string>" + value.dump() + "</string>";
  } else if (value.is_number()) {
    out += "<double>" + value.dump() + "</double>";
  } else if (value.is_array()) {
    out += "<array><data>";
    for (const Json& item : value) out += encode(item);
    out += "</data></array>";
  } else if (value.is_object()) {
    out += "<struct>";
    for (const auto& [name, member] : value.items())
      out += "<member><name>" + escape(name) + "</name>" + encode(member) + "</member>";
    out += "</struct>";
  } else {
    out += "<string>" + escape(value.get<std::string>()) + "</string>";
  }
  return out + "</value>";
}

Json decode(xmlrpc_env& env, xmlrpc_value* value) {
  switch (xmlrpc_value_type(value)) {
    case XMLRPC_TYPE_BOOL: {
      xmlrpc_bool flag = 0;
      xmlrpc_read_bool(&env, value, &flag);
      return flag != 0;
    }
    case XMLRPC_TYPE_INT: {
      int number = 0;
      xmlrpc_read_int(&env, value, &number);
      return number;
    }
    case XMLRPC_TYPE_DOUBLE: {
      double number = 0;
      xmlrpc_read_double(&env, value, &number);
      return number;
    }
    case XMLRPC_TYPE_DATETIME: {
      const char* text = nullptr;
      xmlrpc_read_datetime_str(&env, value, &text);
      Json out = text ? text : "";
      ::free(const_cast<char*>(text));
      return out;
    }
    case XMLRPC_TYPE_ARRAY: {
      Json out = Json::array();
      const int size = xmlrpc_array_size(&env, value);
      for (int at = 0; at < size; ++at) {
        xmlrpc_value* item = nullptr;
        xmlrpc_array_read_item(&env, value, static_cast<unsigned>(at), &item);
        out.push_back(decode(env, item));
        xmlrpc_DECREF(item);
      }
      return out;
    }
    case XMLRPC_TYPE_STRUCT: {
      Json out = Json::object();
      const int size = xmlrpc_struct_size(&env, value);
      for (int at = 0; at < size; ++at) {
        xmlrpc_value* key = nullptr;
        xmlrpc_value* item = nullptr;
        xmlrpc_struct_read_member(&env, value, static_cast<unsigned>(at), &key, &item);
        out[decode(env, key).get<std::string>()] = decode(env, item);
        xmlrpc_DECREF(key);
        xmlrpc_DECREF(item);
      }
      return out;
    }
    default: {
      size_t size = 0;
      const char* text = nullptr;
      xmlrpc_read_string_lp(&env, value, &size, &text);
      Json out = text ? std::string(text, size) : std::string();
      ::free(const_cast<char*>(text));
      return out;
    }
  }
}

void decode_answer(Answer& answer) {
  static std::once_flag once;
  std::call_once(once, [] { xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, 256u << 20); });
  xmlrpc_env env;
  xmlrpc_env_init(&env);
  xmlrpc_value* result = nullptr;
  int fault = 0;
  const char* fault_text = nullptr;
  xmlrpc_parse_response2(&env, answer.body.data(), answer.body.size(), &result, &fault, &fault_text);
  if (env.fault_occurred) {
    answer.fault = std::string("unparsable: ") + env.fault_string;
  } else if (fault_text) {
    answer.fault = fault_text;
    ::free(const_cast<char*>(fault_text));
  } else {
    answer.value = decode(env, result);
    xmlrpc_DECREF(result);
  }
  xmlrpc_env_clean(&env);
  if (!answer.value.is_object() || !answer.value.contains("Status")) return;
  const Json envelope = std::move(answer.value);
  answer.ok = envelope.at("Status") == "Success";
  answer.value = envelope.value("Value", Json());
  if (!answer.ok) answer.error = envelope.at("ErrorDescription").get<std::vector<std::string>>();
}

size_t append(char* data, size_t size, size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

HttpAnswer perform(const std::string& url, const std::vector<std::string>& headers, const std::string* body,
                   std::chrono::milliseconds timeout) {
  HttpAnswer out;
  CURL* curl = curl_easy_init();
  curl_slist* list = nullptr;
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  list = curl_slist_append(list, "Expect:");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "sim-test");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out.body);
  if (body) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->c_str());
  }
  out.ok = curl_easy_perform(curl) == CURLE_OK;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out.status);
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  out.content_type = type ? type : "";
  curl_slist_free_all(list);
  curl_easy_cleanup(curl);
  return out;
}

}  // namespace

HttpAnswer http_get(const std::string& url, const std::vector<std::string>& headers,
                    std::chrono::milliseconds timeout) {
  return perform(url, headers, nullptr, timeout);
}

HttpAnswer http_post(const std::string& url, const std::string& body, const std::string& type,
                     std::chrono::milliseconds timeout) {
  return perform(url, {"Content-Type: " + type}, &body, timeout);
}

Answer call(const std::string& url, const std::string& method, const Json& params,
            std::chrono::milliseconds timeout) {
  std::string document = "<?xml version=\"1.0\"?><methodCall><methodName>" + method + "</methodName><params>";
  for (const Json& param : params) document += "<param>" + encode(param) + "</param>";
  document += "</params></methodCall>";
  const HttpAnswer http = http_post(url, document, "text/xml", timeout);
  Answer answer;
  answer.transport_ok = http.ok;
  answer.http = http.status;
  answer.body = http.body;
  if (http.ok && http.status == 200) decode_answer(answer);
  return answer;
}

std::string Client::login(const std::string& user, const std::string& password) const {
  const Answer answer = call("session.login_with_password", {user, password, "1.0", "sim-test"});
  EXPECT_TRUE(answer.ok) << answer.body;
  return answer.value.is_string() ? answer.value.get<std::string>() : "";
}

std::string Client::local_login() const {
  const Answer answer = call("session.slave_local_login_with_password", {"root", "root-password"});
  EXPECT_TRUE(answer.ok) << answer.body;
  return answer.value.is_string() ? answer.value.get<std::string>() : "";
}

std::unique_ptr<Simulation> start(PoolSpec spec, double speed) {
  SimulationOptions options;
  options.pools = {std::move(spec)};
  options.speed = speed;
  Result<std::unique_ptr<Simulation>> sim = Simulation::start(options);
  if (!sim) throw std::runtime_error(sim.error().message);
  return std::move(*sim);
}

Json state(Simulation& sim) {
  return Json::parse(sim.state_json());
}
Json pool_state(Simulation& sim, int pool) {
  return state(sim).at("pools").at(static_cast<std::size_t>(pool - 1));
}

Json host_state(Simulation& sim, int host, int pool) {
  const Json hosts = pool_state(sim, pool).at("hosts");
  for (const Json& each : hosts)
    if (each.at("number") == host) return each;
  return Json();
}

void act(Simulation& sim, const std::string& command, const Json& arguments) {
  const Result<std::string> result = sim.command(command, arguments.dump());
  EXPECT_TRUE(result) << command << ": " << (result ? "" : result.error().message);
}

Json first_record(const Client& client, const std::string& session, const std::string& cls) {
  const Answer all = client.call(cls + ".get_all_records", {session});
  EXPECT_TRUE(all.ok) << all.body.substr(0, 300);
  return all.value.empty() ? Json() : Json(all.value.begin().value());
}

std::string find_ref(const Client& client, const std::string& session, const std::string& cls,
                     const std::string& field, const Json& value) {
  const Answer all = client.call(cls + ".get_all_records", {session});
  for (const auto& [ref, record] : all.value.items())
    if (record.at(field) == value) return ref;
  ADD_FAILURE() << "no " << cls << " with " << field << " = " << value;
  return {};
}

}  // namespace xenha::sim::test
