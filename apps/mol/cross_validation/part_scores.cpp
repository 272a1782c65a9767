#include "part_scores.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/files/output_file.hpp>
#include <plstm/data/number.hpp>
#include <plstm/learn/mean_score.hpp>

namespace plstm::mol {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kAll = "all";       // the mean over all targets
constexpr std::size_t kMostTargets = 30;  // that are shown on a terminal

std::string label_of(const std::string& target) {
  return target.empty() ? kAll : target;
}

const Scores& scores_of(const Part& part, const std::string& predictor) {
  return std::ranges::find(part.scores, predictor, &NamedScores::name)->scores;
}

// Absent where the score is not defined.
std::optional<double> score_of(const Part& part, const std::string& predictor, const std::string& target,
                               const std::string& metric) {
  const auto& metrics = scores_of(part, predictor).at(target);
  const auto found = metrics.find(metric);
  return found == metrics.end() ? std::nullopt : found->second;
}

std::optional<MeanScore> mean_of(const std::vector<Part>& parts, const std::string& predictor,
                                 const std::string& target, const std::string& metric) {
  std::vector<std::optional<double>> values;
  for (const Part& part : parts) values.push_back(score_of(part, predictor, target, metric));
  return mean_score(values);
}

// Calls visit(predictor, target, metric, mean) in the order of the files.
template <class Visit>
void for_each_mean(const std::vector<Part>& parts, const Visit& visit) {
  for (const NamedScores& predictor : parts.front().scores) {
    for (const auto& [target, metrics] : predictor.scores) {
      for (const auto& [metric, value] : metrics) {
        visit(predictor.name, label_of(target), metric, mean_of(parts, predictor.name, target, metric));
      }
    }
  }
}

std::string mean_text(const std::optional<MeanScore>& score, std::size_t trainings) {
  if (!score) return "undefined";
  std::string text = fmt::format("{:.4f}", score->mean);
  if (score->deviation) text += fmt::format(" \u00b1 {:.4f}", *score->deviation);
  if (score->trainings < static_cast<std::int64_t>(trainings)) {
    text += fmt::format(" ({} of {})", score->trainings, trainings);
  }
  return text;
}

// Of UTF-8.
std::size_t num_characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::size_t> widths_of(const Rows& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], num_characters(row[i]));
  }
  return widths;
}

// The first column to the left and those from `first` to `end`; without rows that are empty there.
std::string block_text(const Rows& rows, const std::vector<std::size_t>& widths, std::size_t first,
                       std::size_t end) {
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string cells;
    bool empty = true;
    for (std::size_t i = first; i < end; ++i) {
      cells += fmt::format("  {:>{}}", row[i], widths[i]);
      empty = empty && row[i].empty();
    }
    if (!empty) text += fmt::format("{:<{}}{}\n", row.front(), widths.front(), cells);
  }
  return text;
}

// Columns as wide as their cells; of more than fit, several tables one below the other.
std::string table_text(const Rows& rows) {
  constexpr std::size_t kWidest = 125;  // characters of a line
  const std::vector<std::size_t> widths = widths_of(rows);
  std::string text;
  for (std::size_t first = 1, end = 1; first < widths.size(); first = end) {
    std::size_t taken = widths.front();
    while (end < widths.size() && (end == first || taken + 2 + widths[end] <= kWidest)) {
      taken += 2 + widths[end++];
    }
    text += block_text(rows, widths, first, end);
  }
  return text;
}

}  // namespace

std::vector<NamedScores> read_test_scores(const std::filesystem::path& path) {
  std::vector<NamedScores> rows;
  try {
    const Json json = Json::parse(read_whole_file(path));
    for (const auto& [predictor, targets] : json.items()) {
      NamedScores& row = rows.emplace_back();
      row.name = predictor;
      for (const auto& [target, metrics] : targets.items()) {
        for (const auto& [metric, value] : metrics.items()) {
          row.scores[target == kAll ? "" : target][metric] =
              value.is_null() ? std::nullopt : std::optional(value.get<double>());
        }
      }
    }
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{}: holds no scores: {}", path.string(), error.what()));
  }
  return rows;
}

void write_part_scores(const std::filesystem::path& path, const std::vector<Part>& parts,
                       const std::vector<Metric>& metrics) {
  OutputFile file(path);
  std::vector<std::string> header{"replicate", "fold", "seed", "predictor", "target", "test_rows"};
  for (const Metric metric : metrics) header.emplace_back(name(metric));
  write_csv_row(file.stream(), header);
  for (const Part& part : parts) {
    for (const NamedScores& predictor : part.scores) {
      for (const auto& [target, scores] : predictor.scores) {
        std::vector<std::string> fields{fmt::to_string(part.replicate),
                                        fmt::to_string(part.fold),
                                        fmt::to_string(part.seed),
                                        predictor.name,
                                        label_of(target),
                                        fmt::to_string(part.test_rows)};
        for (const Metric metric : metrics) {
          const auto value = score_of(part, predictor.name, target, std::string(name(metric)));
          fields.push_back(value ? format_number(*value) : "");
        }
        write_csv_row(file.stream(), fields);
      }
    }
  }
  file.commit();
}

std::string mean_scores_json(const Division& division, const std::vector<Part>& parts) {
  Json json;
  json["division"] = division.name;
  json["trainings"] = parts.size();
  json["folds"] = division.folds;
  json["replicates"] = division.replicates;
  json["seed"] = division.seed;
  Json& scores = json["scores"] = Json::object();
  for_each_mean(parts, [&](const std::string& predictor, const std::string& target, const std::string& metric,
                           const std::optional<MeanScore>& score) {
    Json& entry = scores[predictor][target][metric];
    entry["mean"] = score ? Json(score->mean) : Json(nullptr);
    entry["standard_deviation"] = score && score->deviation ? Json(*score->deviation) : Json(nullptr);
    entry["trainings"] = score ? score->trainings : 0;
  });
  return json.dump(2) + "\n";
}

std::string means_json(const std::vector<Part>& parts) {
  Json json = Json::object();
  for_each_mean(parts, [&](const std::string& predictor, const std::string& target, const std::string& metric,
                           const std::optional<MeanScore>& score) {
    json[predictor][target][metric] = score ? Json(score->mean) : Json(nullptr);
  });
  return json.dump();
}

std::string mean_score_text(const std::vector<Part>& parts, Metric metric) {
  const std::string& model = parts.front().scores.front().name;
  return mean_text(mean_of(parts, model, "", std::string(name(metric))), parts.size());
}

std::string mean_scores_text(const Division& division, const std::vector<Part>& parts,
                             const std::vector<Metric>& metrics) {
  const std::vector<NamedScores>& predictors = parts.front().scores;
  const bool several = predictors.front().scores.size() > 1;
  const auto cell = [&](const std::string& predictor, const std::string& target,
                        Metric metric) -> std::string {
    // A metric may be for other targets.
    if (!scores_of(parts.front(), predictor).at(target).contains(std::string(name(metric)))) return "";
    return mean_text(mean_of(parts, predictor, target, std::string(name(metric))), parts.size());
  };
  Rows rows{{several ? "mean of targets" : ""}};
  for (const NamedScores& predictor : predictors) rows.front().push_back(predictor.name);
  for (const Metric metric : metrics) {
    std::vector<std::string>& row = rows.emplace_back();
    row.emplace_back(title(metric));
    for (const NamedScores& predictor : predictors) row.push_back(cell(predictor.name, "", metric));
  }
  std::string text =
      fmt::format("{} trainings, {}: mean \u00b1 standard deviation over the trainings, on test rows\n{}",
                  parts.size(), printable(division.name), table_text(rows));
  if (!several) return text;
  rows = {{predictors.front().name}};
  for (const Metric metric : metrics) rows.front().emplace_back(title(metric));
  std::size_t more = 0;
  for (const auto& [target, scores] : predictors.front().scores) {
    if (target.empty()) continue;
    if (rows.size() > kMostTargets) {
      ++more;
      continue;
    }
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(printable(target));
    for (const Metric metric : metrics) row.push_back(cell(predictors.front().name, target, metric));
  }
  text += table_text(rows);
  return more == 0 ? text : text + fmt::format("and {} more targets, see cross_validation.csv\n", more);
}

}  // namespace plstm::mol
