#include "splits.hpp"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/hash.hpp>
#ifdef PLSTM_BENCH_WITH_CHEM
#include "support/molecules/molecule_split.hpp"
#endif

namespace plstm::bench {
namespace {

// Classes of the usable rows, for stratification; empty if the set has none.
std::vector<std::int32_t> classes_of(const BenchData& data) {
  std::vector<std::int32_t> classes;
  const bool yes_or_no = data.task == TaskType::kClassification && data.targets.cols() == 1;
  if (data.task != TaskType::kMulticlass && !yes_or_no) return classes;
  for (const std::int32_t row : data.usable_rows) {
    classes.push_back(data.present(row, 0) != 0 ? static_cast<std::int32_t>(std::lround(data.targets(row, 0)))
                                                : -1);
  }
  return classes;
}

// A file for each data set, where the path has a place for its name.
std::filesystem::path file_of(const BenchData& data, const std::filesystem::path& path) {
  std::string text = path.string();
  if (const std::size_t place = text.find("{}"); place != std::string::npos) {
    text.replace(place, 2, data.name);
  }
  return text;
}

void choose_splits(const BenchData& data, const SplitFlags& flags, ProtocolOptions& options) {
  if (!flags.splits_file.empty()) {
    options.split = SplitKind::kGiven;
    try {
      options.given = read_given_splits(file_of(data, flags.splits_file), data.num_rows(), data.usable_rows);
    } catch (const FileError& error) {
      throw FileError(fmt::format("--splits-file of {}: {}", data.name, error.what()));
    }
  } else if (flags.split == "folds") {
    options.split = SplitKind::kFolds;
  } else if (flags.split == "random") {
    options.split = SplitKind::kRandom;
    options.fractions = fractions_of(flags.sizes);
#ifdef PLSTM_BENCH_WITH_CHEM
  } else if (flags.split == "scaffold" && !data.scaffolds.empty()) {
    const SplitFractions fractions = fractions_of(flags.sizes);
    options.split = SplitKind::kGiven;
    options.given = {mol::scaffold_split(data.name, data.usable_rows, data.scaffolds, fractions)};
    options.given_name = "scaffold " + to_text(fractions);
#endif
  } else {
    throw ConfigError(fmt::format("--split {}: expected one of folds, random{}", flags.split,
                                  data.kind == DataKind::kMolecules ? ", scaffold" : ""));
  }
}

}  // namespace

constexpr std::int64_t kMostSeeds = 1'000'000;

Protocol divide(const BenchData& data, const SplitFlags& flags) {
  if (flags.seeds < 1 || flags.seeds > kMostSeeds) {
    throw ConfigError(fmt::format("--seeds is {}, expected 1 to {}", flags.seeds, kMostSeeds));
  }
  ProtocolOptions options;
  options.folds = flags.folds;
  options.fold_list = flags.fold_list;
  options.seeds = flags.seeds;
  options.first_seed = flags.first_seed;
  choose_splits(data, flags, options);
  try {
    return make_protocol(data.usable_rows, classes_of(data), options);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("splits of {}: {}", data.name, error.what()));
  }
}

std::string digest_of_split(const Split& split) {
  Hash digest;
  for (const auto* part : {&split.train, &split.validation, &split.test}) {
    digest.add_all(std::span<const std::int32_t>(*part));
  }
  return digest.text();
}

}  // namespace plstm::bench
