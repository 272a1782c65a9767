#include "plstm/learn/cross_validation/training_series.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/digest.hpp>

#include "core/files/json_text.hpp"

namespace plstm {

TrainingSeries make_training_series(const Protocol& protocol, std::int32_t replicates, std::uint64_t seed) {
  TrainingSeries series{protocol.name, 1, replicates, seed, {}};
  for (const ProtocolRun& run : protocol.runs) series.folds = std::max(series.folds, run.fold + 1);
  for (const ProtocolRun& run : protocol.runs) {
    SeriesPart& part = series.parts.emplace_back();
    part.replicate = static_cast<std::int32_t>(run.seed - seed) + 1;
    part.fold = run.fold + 1;
    part.seed = run.seed;
    part.test_rows = std::ssize(protocol.splits[run.split].test);
    const std::string fold = fmt::format("fold {} of {}", part.fold, series.folds);
    const std::string replicate = fmt::format("replicate {} of {}", part.replicate, replicates);
    if (replicates > 1) part.folder = fmt::format("replicate_{}", part.replicate);
    if (series.folds > 1) part.folder += fmt::format("{}fold_{}", part.folder.empty() ? "" : "/", part.fold);
    part.text = replicates == 1 ? fold : series.folds == 1 ? replicate : replicate + ", " + fold;
  }
  return series;
}

std::vector<Split> splits_of_runs(const Protocol& protocol) {
  std::vector<Split> splits;
  for (const ProtocolRun& run : protocol.runs) splits.push_back(protocol.splits[run.split]);
  return splits;
}

std::string digest_of(std::span<const Split> splits) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Split& split : splits) json.push_back({split.train, split.validation, split.test});
  return sha256_of(json_text(json));
}

}  // namespace plstm
