// A configuration that a simulation wrote, as the exporter reads it.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "exporter/exporter_config.h"

namespace xenha::test {

/// Throws: a test cannot go on without one.
inline exporter::ExporterConfig written_config(const Result<std::string>& text,
                                               const std::filesystem::path& directory) {
  if (!text) throw std::runtime_error(text.error().message);
  const std::filesystem::path file = directory / "xenha.yml";
  std::ofstream(file) << *text;
  auto loaded = exporter::load_exporter_config(file);
  if (!loaded) throw std::runtime_error(loaded.error().text());
  return *std::move(loaded);
}

}  // namespace xenha::test
