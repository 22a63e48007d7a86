#include "tests/sim/wire/datamodel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace xenha::sim {
namespace {

using testing::Contains;
using testing::Not;

std::vector<std::string> field_names(std::string_view class_name, Release release) {
  std::vector<std::string> out;
  for (const FieldDef* field : fields_of(class_name, release)) out.push_back(field->name);
  return out;
}

constexpr Release kAll[] = {Release::k62, Release::k65, Release::k70, Release::k71,
                            Release::k76, Release::k80, Release::k82, Release::k8};

TEST(Releases, AreKnownByName) {
  for (const Release release : kAll) EXPECT_EQ(parse_release(release_info(release).name), release);
  EXPECT_EQ(parse_release("6.1"), std::nullopt);
  EXPECT_EQ(release_info(Release::k82).api_minor, 15);
}

TEST(Datamodel, FieldsComeWithTheirRelease) {
  EXPECT_THAT(field_names("pool", Release::k62), Not(Contains("ha_cluster_stack")));
  EXPECT_THAT(field_names("pool", Release::k70), Contains("ha_cluster_stack"));
  EXPECT_THAT(field_names("pool", Release::k71), Not(Contains("igmp_snooping_enabled")));
  EXPECT_THAT(field_names("pool", Release::k76), Contains("igmp_snooping_enabled"));
  EXPECT_THAT(field_names("host", Release::k70), Not(Contains("control_domain")));
  EXPECT_THAT(field_names("host", Release::k71), Contains("control_domain"));
  EXPECT_THAT(field_names("host", Release::k80), Not(Contains("certificates")));
  EXPECT_THAT(field_names("host", Release::k82), Contains("certificates"));
  EXPECT_THAT(field_names("host", Release::k82), Not(Contains("https_only")));
  EXPECT_THAT(field_names("host", Release::k8), Contains("https_only"));
  EXPECT_TRUE(fields_of("no_such_class", Release::k82).empty());
}

TEST(Datamodel, NoReleaseLosesAField) {
  for (std::size_t i = 1; i < std::size(kAll); ++i)
    for (const ClassDef* item : classes_of(kAll[i]))
      EXPECT_GE(fields_of(item->name, kAll[i]).size(), fields_of(item->name, kAll[i - 1]).size())
          << item->name;
}

TEST(Datamodel, EveryTypeOfEveryFieldAndMessageHasADefault) {
  for (const ClassDef* item : classes_of(Release::k8)) {
    const Json record = default_record(item->name, Release::k8);
    for (const FieldDef& field : item->fields)
      EXPECT_TRUE(record.contains(field.name)) << item->name << field.name;
  }
  EXPECT_GT(messages_of(Release::k8).size(), 1800u);
  EXPECT_LT(messages_of(Release::k62).size(), 1400u);
}

TEST(Datamodel, DefaultsAreTheModelsOwn) {
  const Json host = default_record("host", Release::k82);
  EXPECT_EQ(host["ssl_legacy"], true);
  EXPECT_EQ(host["control_domain"], "OpaqueRef:NULL");
  EXPECT_EQ(host["license_server"], (Json{{"address", "localhost"}, {"port", "27000"}}));
  EXPECT_EQ(host["virtual_hardware_platform_versions"], Json::array({0}));
  EXPECT_EQ(host["ha_statefiles"], Json::array());
  EXPECT_EQ(default_record("VM", Release::k82)["power_state"], "Halted");
  EXPECT_EQ(default_record("pool", Release::k82)["ha_cluster_stack"], "");
  EXPECT_EQ(default_record("task", Release::k82)["created"], "19700101T00:00:00Z");
}

TEST(Datamodel, MessagesComeAndGo) {
  EXPECT_NE(find_message("pool.enable_ha", Release::k62), nullptr);
  EXPECT_EQ(find_message("Pool.enable_ha", Release::k62), nullptr);  // names are case-sensitive
  EXPECT_EQ(find_message("pool.get_ha_cluster_stack", Release::k65), nullptr);
  EXPECT_FALSE(message_removed("pool.get_ha_cluster_stack", Release::k65));
  EXPECT_NE(find_message("pool.enable_ssl_legacy", Release::k80), nullptr);
  EXPECT_EQ(find_message("pool.enable_ssl_legacy", Release::k82), nullptr);
  EXPECT_TRUE(message_removed("pool.enable_ssl_legacy", Release::k82));
}

TEST(Datamodel, KnowsWhatThePublishedDescriptionLeavesOut) {
  for (const Release release : kAll) {
    for (const char* name :
         {"host.is_in_emergency_mode", "host.local_assert_healthy", "host.ha_xapi_healthcheck",
          "pool.is_slave", "session.slave_local_login", "pool.get_all_records_where",
          "VM.get_all_records_where", "VDI.get_all_records_where"})
      EXPECT_NE(find_message(name, release), nullptr) << name;
  }
  EXPECT_FALSE(find_message("session.slave_local_login", Release::k82)->has_session);
  EXPECT_EQ(find_message("VM.get_all_records_where", Release::k82)->params.size(), 2u);
}

TEST(Datamodel, RolesAreTheLeastThatMay) {
  EXPECT_EQ(find_message("pool.enable_ha", Release::k82)->min_role, Role::kPoolOperator);
  EXPECT_EQ(find_message("pool.get_all_records", Release::k82)->min_role, Role::kReadOnly);
  EXPECT_EQ(find_message("pool.is_slave", Release::k82)->min_role, Role::kPoolAdmin);
  EXPECT_EQ(find_message("host.local_assert_healthy", Release::k82)->min_role, Role::kInternal);
  EXPECT_LT(Role::kReadOnly, Role::kPoolOperator);
  EXPECT_EQ(role_name(Role::kPoolOperator), "pool-operator");
}

TEST(Datamodel, AsyncFormsExistWhereXapiHasThem) {
  const auto async = [](const char* name) { return find_message(name, Release::k82)->has_async; };
  EXPECT_TRUE(async("pool.enable_ha"));
  EXPECT_TRUE(async("pool.recover_slaves"));
  EXPECT_TRUE(async("host.evacuate"));
  EXPECT_TRUE(async("VM.create"));
  EXPECT_FALSE(async("host.is_in_emergency_mode"));
  EXPECT_FALSE(async("host.emergency_ha_disable"));
  EXPECT_FALSE(async("event.from"));
  EXPECT_FALSE(async("task.cancel"));
  EXPECT_FALSE(async("pool.get_record"));
  EXPECT_FALSE(async("session.logout"));
}

TEST(Datamodel, ParametersGrowWithTheRelease) {
  EXPECT_EQ(find_message("host.emergency_ha_disable", Release::k70)->param_count(Release::k70), 1u);
  EXPECT_EQ(find_message("host.emergency_ha_disable", Release::k71)->param_count(Release::k71), 2u);
  EXPECT_EQ(find_message("host.evacuate", Release::k82)->param_count(Release::k82), 2u);
  EXPECT_EQ(find_message("host.evacuate", Release::k8)->param_count(Release::k8), 4u);
}

TEST(Datamodel, MethodListHasAsyncFormsAndNothingHidden) {
  const std::vector<std::string> methods = list_methods(Release::k82);
  EXPECT_THAT(methods, Contains("pool.get_all_records"));
  EXPECT_THAT(methods, Contains("Async.pool.enable_ha"));
  EXPECT_THAT(methods, Not(Contains("Async.pool.get_record")));
  EXPECT_THAT(methods, Not(Contains("host.is_in_emergency_mode")));
  EXPECT_EQ(std::set<std::string>(methods.begin(), methods.end()).size(), methods.size());
}

TEST(Datamodel, DatabaseNamesNest) {
  EXPECT_EQ(find_field("VM", "name_label", Release::k82)->db_name, "name__label");
  EXPECT_EQ(find_field("VM", "power_state", Release::k82)->db_name, "power_state");
  EXPECT_EQ(find_field("VM", "memory_static_max", Release::k82)->db_name, "memory__static_max");
  EXPECT_EQ(find_field("host", "API_version_major", Release::k82)->db_name, "API_version__major");
  EXPECT_EQ(find_field("pool", "name_label", Release::k82)->db_name, "name_label");  // the exception
}

TEST(Datamodel, ClassesOfEventsAreFoundInAnyCase) {
  EXPECT_EQ(find_class_any_case("vm", Release::k82)->name, "VM");
  EXPECT_EQ(find_class_any_case("VMPP", Release::k82), nullptr);
  EXPECT_EQ(find_class_any_case("pool_update", Release::k70), nullptr);
  EXPECT_NE(find_class_any_case("pool_update", Release::k71), nullptr);
}

TEST(Types, NestAsTheyAreWritten) {
  const Type* type = type_of("(VM ref -> (string -> string) map) map");
  EXPECT_EQ(type->kind, Type::Kind::kMap);
  EXPECT_EQ(type->key->kind, Type::Kind::kRef);
  EXPECT_EQ(type->key->name, "VM");
  EXPECT_EQ(type->value->value->kind, Type::Kind::kString);
  EXPECT_EQ(type_of("string set set")->value->value->kind, Type::Kind::kString);
  EXPECT_EQ(type_of("sr_stat record option")->value->name, "sr_stat");
  EXPECT_EQ(type_of("enum vm_power_state")->name, "vm_power_state");
  EXPECT_THROW(type_of("nonsense"), std::invalid_argument);
}

TEST(DatabaseText, IsWhatFiltersCompareWith) {
  EXPECT_EQ(db_text(*type_of("bool"), true), "true");
  EXPECT_EQ(db_text(*type_of("int"), 42), "42");
  EXPECT_EQ(db_text(*type_of("VM ref"), "OpaqueRef:x"), "OpaqueRef:x");
  EXPECT_EQ(db_text(*type_of("string set"), Json::array({"a", "it's"})), R"(('a' 'it\'s'))");
  EXPECT_EQ(db_text(*type_of("(string -> string) map"), Json{{"k", "v"}}), "(('k' 'v'))");
}

}  // namespace
}  // namespace xenha::sim
