#include "lib/xapi/patches.h"

namespace xenha::xapi {

std::set<model::Ref> hosts_with_patch(const Value& host_patches, const Value& pool_patches,
                                      std::string_view name_label) {
  std::set<model::Ref> out;
  for (const Member& member : host_patches.members) {
    const Value* host = member.value.find("host");
    const Value* patch_ref = member.value.find("pool_patch");
    const Value* applied = member.value.find("applied");
    if (host == nullptr || patch_ref == nullptr || applied == nullptr || applied->boolean() != true) continue;
    const Value* patch = pool_patches.find(patch_ref->text().value_or(""));
    const Value* name = patch == nullptr ? nullptr : patch->find("name_label");
    if (name != nullptr && name->text() == name_label) out.emplace(host->text().value_or(""));
  }
  return out;
}

}  // namespace xenha::xapi
