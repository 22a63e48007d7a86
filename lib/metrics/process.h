// The standard process_* metrics, of whichever program asks.
#pragma once

#include <filesystem>

#include "lib/metrics/catalog_page.h"
#include "lib/metrics/families.h"
#include "lib/metrics/metric_def.h"

namespace xenha::metrics {

/// What cannot be read is left out. `proc` is where the kernel tells.
void collect_process(Families& out, const std::filesystem::path& proc = "/proc");

inline constexpr auto kProcessCounter = prometheus::MetricType::Counter;
inline constexpr MetricDef kProcessCpu{
    .name = "process_cpu_seconds_total",
    .type = kProcessCounter,
    .help = "Processor time the program has used, user and system.",
    .source = "/proc/self/stat",
};
inline constexpr MetricDef kProcessOpenFds{
    .name = "process_open_fds",
    .help = "Open file descriptors of the program.",
    .source = "/proc/self/fd",
};
inline constexpr MetricDef kProcessMaxFds{
    .name = "process_max_fds",
    .help = "Most file descriptors that the program may open; absent when unlimited.",
    .source = "/proc/self/limits",
};
inline constexpr MetricDef kProcessVirtualMemory{
    .name = "process_virtual_memory_bytes",
    .help = "Address space of the program.",
    .source = "/proc/self/stat",
};
inline constexpr MetricDef kProcessVirtualMemoryMax{
    .name = "process_virtual_memory_max_bytes",
    .help = "Largest address space the program may have; absent when unlimited.",
    .source = "/proc/self/limits",
};
inline constexpr MetricDef kProcessResidentMemory{
    .name = "process_resident_memory_bytes",
    .help = "Memory of the program that is in RAM.",
    .source = "/proc/self/stat",
};
inline constexpr MetricDef kProcessStartTime{
    .name = "process_start_time_seconds",
    .help = "Unix time when the program was started.",
    .source = "/proc/self/stat, /proc/stat",
};
inline constexpr MetricDef kProcessThreads{
    .name = "process_threads",
    .help = "Threads of the program.",
    .source = "/proc/self/stat",
};

}  // namespace xenha::metrics
