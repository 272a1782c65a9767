#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/graph/dag.hpp>

namespace plstm::test {

/// Folder of the golden vectors: PLSTM_GOLDEN if set, so that further vectors of the same form can be run.
inline std::filesystem::path golden_dir() {
  const char* dir = std::getenv("PLSTM_GOLDEN");
  return dir != nullptr && *dir != '\0' ? dir : PLSTM_TEST_GOLDEN_DIR;
}

inline nlohmann::json read_golden(const std::string& file) {
  const auto path = golden_dir() / file;
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read golden vectors: " + path.string());
  return nlohmann::json::parse(stream);
}

/// Arcs of a list [[tail, head], ...].
inline std::vector<Arc> golden_arcs(const nlohmann::json& list) {
  std::vector<Arc> arcs;
  for (const auto& pair : list) arcs.push_back({pair[0].get<std::int32_t>(), pair[1].get<std::int32_t>()});
  return arcs;
}

/// The numbers of a tensor {"shape": [...], "data": [...]}, row-major.
inline std::vector<double> golden_data(const nlohmann::json& tensor) {
  return tensor.at("data").get<std::vector<double>>();
}

/// Compares element by element, |actual - expected| <= tolerance * max(1, |expected|); a failure names the
/// tensor and the first index that differs.
inline ::testing::AssertionResult matches_golden(const std::string& name, std::span<const double> actual,
                                                 const nlohmann::json& tensor, double tolerance = 1e-10) {
  const std::vector<double> expected = golden_data(tensor);
  if (actual.size() != expected.size()) {
    return ::testing::AssertionFailure()
           << name << ": " << actual.size() << " entries, expected " << expected.size();
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!(std::abs(actual[i] - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])))) {
      return ::testing::AssertionFailure() << name << "[" << i << "] of shape " << tensor.at("shape").dump()
                                           << ": " << actual[i] << ", expected " << expected[i];
    }
  }
  return ::testing::AssertionSuccess();
}

}  // namespace plstm::test
