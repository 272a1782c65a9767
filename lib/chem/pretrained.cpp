#include "plstm/chem/pretrained.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/installation.hpp>

namespace plstm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "PLSTM_PRETRAINED";
constexpr const char* kName = "molecules.safetensors";

std::vector<fs::path> places() {
  const fs::path below = fs::path(PLSTM_DATA_DIR) / "pretrained" / kName;
  std::vector<fs::path> places;
  if (const std::optional<fs::path> beside = find_in_installation(below)) places.push_back(*beside);
  places.push_back(PLSTM_INSTALL_PREFIX / below);
#ifdef PLSTM_SOURCE_DATASETS  // not in packages, which run on other machines
  places.push_back(fs::path(PLSTM_SOURCE_DATASETS) / "pretrained" / kName);
#endif
  return places;
}

}  // namespace

fs::path pretrained_molecules_file() {
  std::error_code error;
  if (const char* named = std::getenv(kVariable); named != nullptr && *named != '\0') {
    if (!fs::is_regular_file(named, error)) {
      throw FileError(
          fmt::format("{}: is no file, and {} names it as the pretrained model", named, kVariable));
    }
    return named;
  }
  std::vector<std::string> tried;
  for (const fs::path& place : places()) {
    if (fs::is_regular_file(place, error)) return place;
    tried.push_back(place.string());
  }
  throw FileError(
      fmt::format("the pretrained model was not found ({}); set {} to its file or start from random values",
                  fmt::join(tried, ", "), kVariable));
}

FeaturizeOptions featurize_options_from(const TrainedModel& start) {
  FeaturizeOptions options = parse_featurizer(start.featurizer);
  options.molecule_values = false;
  options.counts = true;
  return options;
}

}  // namespace plstm
