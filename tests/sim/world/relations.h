// Sets in records that follow from references in other records.
#pragma once

#include <array>
#include <string_view>

namespace xenha::sim {

struct Relation {
  std::string_view child;         ///< class whose records hold the reference
  std::string_view child_field;   ///< the reference
  std::string_view parent;        ///< class of the record that it names
  std::string_view parent_field;  ///< the set there
};

inline constexpr std::array kRelations{
    Relation{"VM", "resident_on", "host", "resident_VMs"},
    Relation{"PBD", "host", "host", "PBDs"},
    Relation{"PBD", "SR", "SR", "PBDs"},
    Relation{"VDI", "SR", "SR", "VDIs"},
    Relation{"host_patch", "host", "host", "patches"},
    Relation{"host_patch", "pool_patch", "pool_patch", "host_patches"},
    Relation{"host_cpu", "host", "host", "host_CPUs"},
    Relation{"Certificate", "host", "host", "certificates"},
    Relation{"VM", "snapshot_of", "VM", "snapshots"},
    Relation{"PIF", "host", "host", "PIFs"},
    Relation{"PIF", "network", "network", "PIFs"},
    Relation{"VBD", "VM", "VM", "VBDs"},
    Relation{"VBD", "VDI", "VDI", "VBDs"},
    Relation{"VIF", "VM", "VM", "VIFs"},
    Relation{"VIF", "network", "network", "VIFs"},
    Relation{"task", "subtask_of", "task", "subtasks"},
};

}  // namespace xenha::sim
