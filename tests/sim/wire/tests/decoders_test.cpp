// Our bytes through decoders that are not ours: Python's xmlrpc.client and json, and xmlrpc-c.
#include <gtest/gtest.h>
#include <xmlrpc-c/base.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "lib/base/handle.h"
#include "tests/sim/wire/codec.h"
#include "tests/sim/wire/tests/server_fixture.h"

namespace xenha::sim {
namespace {

/// What Python makes of an XML-RPC answer, as sorted JSON; "FAULT code text" for a fault.
std::string python_decodes(const std::string& answer) {
  const TemporaryFile file(answer);
  const TemporaryFile program(R"(
import json, sys, xmlrpc.client
def plain(v):
    if isinstance(v, xmlrpc.client.DateTime): return "time:" + v.value
    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
    if isinstance(v, list): return [plain(x) for x in v]
    return v
try:
    values, _ = xmlrpc.client.loads(open(sys.argv[1], "rb").read())
    print(json.dumps(plain(values[0]), sort_keys=True, ensure_ascii=False), end="")
except xmlrpc.client.Fault as fault:
    print("FAULT", fault.faultCode, fault.faultString, end="")
except Exception as error:
    print("ERROR", type(error).__name__, end="")
)");
  return run_program("python3 " + program.path() + " " + file.path()).output;
}

std::string success(std::string_view type, const Json& value, Release release = Release::k82) {
  return encode_success(*type_of(type), value, release);
}

TEST(PythonDecodes, EveryKindOfValue) {
  const auto value = [](std::string_view type, const Json& json, Release release = Release::k82) {
    const std::string text = python_decodes(success(type, json, release));
    return Json::parse(text).at("Value");
  };
  for (const Release release : {Release::k62, Release::k82}) {
    EXPECT_EQ(value("string", "<ä> & \"😀\"", release), "<ä> & \"😀\"");
    EXPECT_EQ(value("string", "", release), "");
    EXPECT_EQ(value("int", 12, release), "12");  // integers are text
    EXPECT_EQ(value("bool", true, release), true);
    EXPECT_EQ(value("float", 1e-5, release), 1e-5);
    EXPECT_EQ(value("datetime", "20240131T23:59:58Z", release), "time:20240131T23:59:58Z");
    EXPECT_EQ(value("string set", {"a", ""}, release), (Json{"a", ""}));
    EXPECT_EQ(value("string set", Json::array(), release), Json::array());
    EXPECT_EQ(value("(string -> string) map", {{"k", "v"}}, release), (Json{{"k", "v"}}));
  }
  EXPECT_NE(python_decodes(success("float", std::nan(""))).find("NaN"), std::string::npos);
  EXPECT_NE(python_decodes(success("float", std::nan(""), Release::k62)).find("NaN"), std::string::npos);
}

TEST(PythonDecodes, WholeRecordsOfEveryClass) {
  for (const Release release : {Release::k62, Release::k8}) {
    std::string text = "<?xml version=\"1.0\"?><methodResponse><params><param><value><struct>";
    for (const ClassDef* item : classes_of(release)) {
      if (item->name == "event") continue;  // made by hand, tested below
      const std::string bare = encode_bare(*type_of(item->name + " record"), Json::object(), release);
      const auto from = bare.find("<param>") + 7;
      text += "<member><name>" + item->name + "</name>" + bare.substr(from, bare.find("</param>") - from) +
              "</member>";
    }
    const Json decoded =
        Json::parse(python_decodes(text + "</struct></value></param></params></methodResponse>"));
    for (const ClassDef* item : classes_of(release)) {
      if (item->name == "event") continue;
      EXPECT_EQ(decoded.at(item->name).size(), fields_of(item->name, release).size()) << item->name;
    }
  }
}

TEST(PythonDecodes, EventBatchFailureFaultAndMethodList) {
  const Json batch = {{"events", Json::array()}, {"valid_ref_counts", {{"pool", 1}}}, {"token", "t"}};
  EXPECT_EQ(Json::parse(python_decodes(success("an event batch", batch)))["Value"], batch);
  EXPECT_EQ(Json::parse(python_decodes(encode_failure(fail("A", "b")))),
            (Json{{"Status", "Failure"}, {"ErrorDescription", {"A", "b"}}}));
  EXPECT_EQ(python_decodes(encode_fault(1, "why")), "FAULT 1 why");
  EXPECT_EQ(python_decodes(encode_bare(*type_of("string set"), {"a.b"}, Release::k82)), "[\"a.b\"]");
}

TEST(PythonDecodes, NothingOnceAKeyIsNotEscaped) {
  EXPECT_EQ(python_decodes(success("(string -> string) map", {{"a&b", "c"}})), "ERROR ExpatError");
}

TEST(PythonDecodes, JsonOfBothShapes) {
  const Call call{.id_json = "7", .json_rpc_2 = true};
  const Json record = {{"live", true}};
  const TemporaryFile file(encode_json_success(call, *type_of("host_metrics record"), record, Release::k82));
  const ProgramResult python = run_program(
      "python3 -c \"import json,sys; d=json.load(open(sys.argv[1])); "
      "print(sorted(d), d['id'], d['result']['live'], d['result']['memory_total'], "
      "d['result']['last_updated'])\" " +
      file.path());
  EXPECT_EQ(python.output, "['id', 'jsonrpc', 'result'] 7 True 0 19700101T00:00:00Z\n");
}

void release_value(xmlrpc_value* value) {
  xmlrpc_DECREF(value);
}

TEST(XmlrpcCDecodes, SuccessAndFault) {
  xmlrpc_env env;
  xmlrpc_env_init(&env);
  int code = 0;
  const char* reason = nullptr;
  xmlrpc_value* raw = nullptr;
  const std::string answer = success("host record", {{"name_label", "<h>"}, {"enabled", true}});
  xmlrpc_parse_response2(&env, answer.data(), answer.size(), &raw, &code, &reason);
  ASSERT_FALSE(env.fault_occurred) << env.fault_string;
  ASSERT_EQ(reason, nullptr);
  const Handle<xmlrpc_value, release_value> envelope(raw);
  xmlrpc_value* record = nullptr;
  xmlrpc_struct_find_value(&env, raw, "Value", &record);
  const Handle<xmlrpc_value, release_value> owned(record);
  EXPECT_EQ(xmlrpc_struct_size(&env, record), static_cast<int>(fields_of("host", Release::k82).size()));
  xmlrpc_value* enabled = nullptr;
  xmlrpc_struct_find_value(&env, record, "enabled", &enabled);
  const Handle<xmlrpc_value, release_value> owned_flag(enabled);
  xmlrpc_bool flag = 0;
  xmlrpc_read_bool(&env, enabled, &flag);
  EXPECT_TRUE(flag);

  const std::string fault = encode_fault(3, "no");
  xmlrpc_value* none = nullptr;
  xmlrpc_parse_response2(&env, fault.data(), fault.size(), &none, &code, &reason);
  ASSERT_FALSE(env.fault_occurred) << env.fault_string;
  EXPECT_EQ(code, 3);
  EXPECT_STREQ(reason, "no");
  free(const_cast<char*>(reason));
  xmlrpc_env_clean(&env);
}

// Python's own client as the caller: over TLS, with the types that it gives its parameters.
TEST(PythonCalls, AreUnderstood) {
  LoopThread loop;
  TestListener server(loop, {.tls = *make_identity({.common_name = "127.0.0.1", .names = {"127.0.0.1"}})},
                      [](const std::shared_ptr<Exchange>& exchange) {
                        const auto call = parse_xmlrpc_call(exchange->request().body);
                        const MessageDef* message = call ? find_message(call->method, Release::k82) : nullptr;
                        if (message == nullptr)
                          return exchange->respond(200, kXmlContentType, encode_fault(1, "not understood"));
                        const auto params = check_params(*message, call->params, Release::k82);
                        exchange->respond(200, kXmlContentType,
                                          params
                                              ? encode_bare(*type_of("<class> record"), *params, Release::k82)
                                              : encode_failure(params.error()));
                      });
  const ProgramResult python = run_program(
      "python3 -c \"import ssl,xmlrpc.client; "
      "s=xmlrpc.client.ServerProxy('" +
      server.url("/RPC2") +
      "', context=ssl._create_unverified_context()); "
      "print(s.pool.enable_ha('s', ['sr'], {'timeout': '60'})); "
      "print(s.event('from', 1) if False else getattr(s, 'event.from')('s', ['*'], '', 60.1)); "
      "print(s.pool.disable_ha())\"");
  EXPECT_EQ(python.output,
            "['s', ['sr'], {'timeout': '60'}]\n['s', ['*'], '', 60.1]\n"
            "{'Status': 'Failure', 'ErrorDescription': ['MESSAGE_PARAMETER_COUNT_MISMATCH', "
            "'pool.disable_ha', '0', "
            "'-1']}\n");
}

}  // namespace
}  // namespace xenha::sim
