#include "plstm/learn/cross_validation/part_scores.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/data/files/csv.hpp>
#include <plstm/data/files/output_file.hpp>
#include <plstm/data/number.hpp>
#include <plstm/learn/mean_score.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

using PartJson = nlohmann::ordered_json;

std::string label_of(const std::string& target) {
  return target.empty() ? "all" : target;
}

// Absent where the score is not defined.
std::optional<double> score_in(const SeriesPart& part, const std::string& predictor,
                               const std::string& target, const std::string& metric) {
  const Scores& scores = std::ranges::find(part.scores, predictor, &NamedScores::name)->scores;
  const auto& metrics = scores.at(target);
  const auto found = metrics.find(metric);
  return found == metrics.end() ? std::nullopt : found->second;
}

std::optional<MeanScore> mean_in(const TrainingSeries& series, const std::string& predictor,
                                 const std::string& target, const std::string& metric) {
  std::vector<std::optional<double>> values;
  for (const SeriesPart& part : series.parts) values.push_back(score_in(part, predictor, target, metric));
  return mean_score(values);
}

// Calls visit(predictor, target, metric, mean) in the order of the files.
template <class Visit>
void for_each_mean(const TrainingSeries& series, const Visit& visit) {
  for (const NamedScores& predictor : series.parts.front().scores) {
    for (const auto& [target, metrics] : predictor.scores) {
      for (const auto& [metric, value] : metrics) {
        visit(predictor.name, label_of(target), metric, mean_in(series, predictor.name, target, metric));
      }
    }
  }
}

}  // namespace

void write_part_scores(const std::filesystem::path& path, const TrainingSeries& series,
                       std::span<const Metric> metrics) {
  OutputFile file(path);
  std::vector<std::string> header{"replicate", "fold", "seed", "predictor", "target", "test_rows"};
  for (const Metric metric : metrics) header.emplace_back(name(metric));
  write_csv_row(file.stream(), header);
  for (const SeriesPart& part : series.parts) {
    for (const NamedScores& predictor : part.scores) {
      for (const auto& [target, scores] : predictor.scores) {
        std::vector<std::string> fields{fmt::to_string(part.replicate),
                                        fmt::to_string(part.fold),
                                        fmt::to_string(part.seed),
                                        predictor.name,
                                        label_of(target),
                                        fmt::to_string(part.test_rows)};
        for (const Metric metric : metrics) {
          const auto value = score_in(part, predictor.name, target, std::string(name(metric)));
          fields.push_back(value ? format_number(*value) : "");
        }
        write_csv_row(file.stream(), fields);
      }
    }
  }
  file.commit();
}

std::string mean_scores_json(const TrainingSeries& series) {
  PartJson json;
  json["division"] = series.division;
  json["trainings"] = series.parts.size();
  json["folds"] = series.folds;
  json["replicates"] = series.replicates;
  json["seed"] = series.seed;
  PartJson& scores = json["scores"] = PartJson::object();
  for_each_mean(series, [&](const std::string& predictor, const std::string& target,
                            const std::string& metric, const std::optional<MeanScore>& score) {
    PartJson& entry = scores[predictor][target][metric];
    entry["mean"] = score ? PartJson(score->mean) : PartJson(nullptr);
    entry["standard_deviation"] = score && score->deviation ? PartJson(*score->deviation) : PartJson(nullptr);
    entry["trainings"] = score ? score->trainings : 0;
  });
  return json_text(json, 2) + "\n";
}

std::string means_json(const TrainingSeries& series) {
  PartJson json = PartJson::object();
  for_each_mean(series, [&](const std::string& predictor, const std::string& target,
                            const std::string& metric, const std::optional<MeanScore>& score) {
    json[predictor][target][metric] = score ? PartJson(score->mean) : PartJson(nullptr);
  });
  return json_text(json);
}

std::string mean_score_text(const TrainingSeries& series, const std::string& predictor,
                            const std::string& target, Metric metric) {
  const std::optional<MeanScore> score = mean_in(series, predictor, target, std::string(name(metric)));
  if (!score) return "undefined";
  std::string text = fmt::format("{:.4f}", score->mean);
  if (score->deviation) text += fmt::format(" \u00b1 {:.4f}", *score->deviation);
  if (score->trainings < std::ssize(series.parts)) {
    text += fmt::format(" ({} of {})", score->trainings, series.parts.size());
  }
  return text;
}

std::string mean_score_text(const TrainingSeries& series, Metric metric) {
  return mean_score_text(series, series.parts.front().scores.front().name, "", metric);
}

}  // namespace plstm
