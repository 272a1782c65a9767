#include "plstm/chem/screen/prediction_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/molecule_table.hpp>
#include <plstm/chem/things/thing_predictions.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/value_list.hpp>
#include <plstm/learn/certainty/task_certainty.hpp>
#include <plstm/learn/report/prediction_cells.hpp>

namespace plstm {

namespace {

const TrainedModel& first_model(const MoleculePredictor& predictor) {
  return predictor.predictor().members().front();
}

// Columns of the input keep their names, but for those that are also our own and for the second of two that are equal.
std::vector<std::string> carried_names(std::span<const std::string> fields) {
  const std::array<std::string, 4> own{"row", "smiles", "id", "error"};
  std::vector<std::string> names(fields.begin(), fields.end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto earlier = fields.first(i);
    const bool is_own = std::ranges::find(own, names[i]) != own.end();
    if (!is_own && std::ranges::find(earlier, names[i]) == earlier.end()) continue;
    std::vector<std::string> taken(own.begin(), own.end());
    taken.insert(taken.end(), fields.begin(), fields.end());
    taken.insert(taken.end(), names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i));
    names[i] = distinct_names(std::move(taken), {&names[i], 1}, "_input").front();
  }
  return names;
}

// The columns that name an atom or bond where each has a row.
std::vector<std::string> thing_columns(Readout level) {
  if (level == Readout::kNode) return {"atom", "symbol"};
  return {"bond", "atoms", "symbol"};
}

std::vector<std::string> thing_fields(const MoleculeThings& things, std::size_t row) {
  std::vector<std::string> fields{fmt::to_string(things.numbers[row])};
  if (things.level == Readout::kEdge)
    fields.push_back(fmt::format("{} {}", things.ends[2 * row], things.ends[2 * row + 1]));
  fields.push_back(things.symbols[row]);
  return fields;
}

std::vector<std::string> interval_columns(const TrainedModel& model) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.tasks.size(); ++i) {
    if (model.tasks[i].type == TaskType::kRegression) {
      names.push_back(model.target_names[i] + "_low");
      names.push_back(model.target_names[i] + "_high");
    } else {
      names.push_back(model.target_names[i] + "_set");
    }
  }
  return names;
}

std::string bound(double value) {
  return std::isfinite(value) ? format_prediction(value) : "";
}

std::size_t place_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    throw ConfigError(fmt::format("the table of predictions has no column '{}'; its columns are {}", name,
                                  fmt::join(names, ", ")));
  }
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

PredictionRows::PredictionRows(const MoleculePredictor& predictor, std::span<const std::string> fields,
                               const PredictionRowOptions& options)
    : predictor_(predictor),
      labels_(labels_of(predictor.predictor())),
      each_thing_(options.each_thing),
      neighbours_(options.neighbours),
      num_fields_(fields.size()) {
  if (each_thing_ && predictor.level() == Readout::kGraph) {
    throw ConfigError("--long writes a row for each atom or bond, and the model predicts molecules");
  }
  const bool has_molecules = predictor.domain().num_molecules() > 0;
  if (neighbours_ > 0 && !has_molecules) {
    throw ConfigError(
        "the model does not know the molecules that it learnt from, so it has no neighbours "
        "(--neighbours-out); train it with this version");
  }
  std::vector<std::string> all{"row", "smiles", "id"};
  const std::vector<std::string> carried = carried_names(fields);
  all.insert(all.end(), carried.begin(), carried.end());
  if (each_thing_) std::ranges::move(thing_columns(predictor.level()), std::back_inserter(all));
  all.emplace_back("error");
  std::vector<std::string> predicted = predictor.columns();
  const TrainedModel& model = first_model(predictor);
  std::ranges::move(class_columns(model.target_names, model.tasks), std::back_inserter(predicted));
  if (predictor.predictor().calibration() != nullptr && options.confidence.has_value()) {
    level_ = predictor.predictor().level(*options.confidence);
    std::vector<std::string> intervals = interval_columns(model);
    num_intervals_ = intervals.size();
    std::ranges::move(intervals, std::back_inserter(predicted));
  }
  num_values_ = predicted.size();
  compares_ = predictor.domain().knows_codes() && (options.domain || neighbours_ > 0);
  writes_domain_ = compares_ && options.domain;
  if (writes_domain_) {
    if (has_molecules) predicted.emplace_back("similarity");
    predicted.emplace_back("warning");
    num_domain_ = predicted.size() - num_values_;
  }
  if (standardizes()) predicted.emplace_back("standardized_smiles");
  const std::vector<std::string> names = distinct_names(all, predicted, "_predicted");
  all.insert(all.end() - 1, names.begin(), names.end());
  choose(all, options);
}

void PredictionRows::choose(const std::vector<std::string>& all, const PredictionRowOptions& options) {
  if (options.columns.empty()) {
    chosen_.resize(all.size());
    std::iota(chosen_.begin(), chosen_.end(), std::size_t{0});
    header_ = all;
    return;
  }
  for (const std::string& name : options.columns) {
    const std::size_t place = place_of(all, name);
    if (std::ranges::find(chosen_, place) != chosen_.end()) {
      throw ConfigError(fmt::format("the column '{}' is chosen twice", name));
    }
    chosen_.push_back(place);
    header_.push_back(name);
  }
  const auto any_in = [&](std::size_t first, std::size_t count) {
    return std::ranges::any_of(chosen_, [&](std::size_t c) { return c >= first && c < first + count; });
  };
  const std::size_t own = each_thing_ ? thing_columns(predictor_.level()).size() : 0;
  const std::size_t behind = 3 + num_fields_ + own + num_values_;
  if (!any_in(behind - num_intervals_, num_intervals_)) level_.reset();
  writes_domain_ = any_in(behind, num_domain_);
  compares_ = compares_ && (writes_domain_ || neighbours_ > 0);
}

std::size_t PredictionRows::column(const std::string& name) const {
  return place_of(header_, name);
}

bool PredictionRows::standardizes() const {
  return predictor_.featurize_options().standardize.any();
}

std::optional<double> PredictionRows::unbounded_confidence() const {
  if (!level_.has_value()) return std::nullopt;
  const bool unbounded = std::ranges::any_of(level_->factors, [](double f) { return std::isinf(f); });
  return unbounded ? std::optional(level_->confidence) : std::nullopt;
}

// Empty texts if no interval is written.
std::vector<std::string> PredictionRows::interval_cells(const Predictions& predictions,
                                                        std::int64_t row) const {
  std::vector<std::string> cells;
  if (!level_.has_value()) return std::vector<std::string>(num_intervals_);
  const std::vector<Task>& tasks = first_model(predictor_).tasks;
  const std::vector<TaskCertainty> certainty = certainty_of(predictions, row, tasks, *level_);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].type == TaskType::kRegression) {
      cells.push_back(bound(certainty[i].low));
      cells.push_back(bound(certainty[i].high));
      continue;
    }
    std::vector<std::string> names;
    for (const std::int32_t c : certainty[i].classes) {
      names.push_back(labels_[i]->names()[static_cast<std::size_t>(c)]);
    }
    cells.push_back(names.empty() ? "none" : fmt::format("{}", fmt::join(names, "|")));
  }
  return cells;
}

// `good` is the number of the record among the good ones; not read of a bad one.
std::vector<std::vector<std::string>> PredictionRows::rows_of(const MoleculeRecord& record,
                                                              const MoleculeDomain& domain,
                                                              const Predictions& predictions,
                                                              std::int64_t good) const {
  const std::vector<Task>& tasks = first_model(predictor_).tasks;
  const std::size_t columns = predictions.columns.size();
  std::vector<std::string> before{fmt::to_string(record.row), record.smiles, record.id};
  before.insert(before.end(), record.fields.begin(), record.fields.end());
  before.resize(3 + num_fields_);
  std::vector<std::vector<std::string>> cells;  // of each prediction, with what names an atom or bond
  std::vector<std::string> behind(num_domain_);
  if (record.error.empty()) {
    const std::span<const double> values = predictions.of_graph(good);
    const std::int64_t first = predictions.offsets[static_cast<std::size_t>(good)];
    for (std::size_t i = 0; i * columns < values.size(); ++i) {
      std::vector<std::string>& row = cells.emplace_back();
      if (each_thing_) row = thing_fields(*record.things, i);
      std::ranges::move(prediction_cells(tasks, values.subspan(i * columns, columns)),
                        std::back_inserter(row));
      std::ranges::move(interval_cells(predictions, first + static_cast<std::int64_t>(i)),
                        std::back_inserter(row));
    }
    if (predictor_.level() != Readout::kGraph && !each_thing_) cells = {as_lists(cells, num_values_)};
    if (writes_domain_) {
      behind.back() = domain.warning;
      if (num_domain_ > 1) behind.front() = fmt::format("{:.4f}", domain.nearest.front().similarity);
    }
  }
  const std::size_t own = each_thing_ ? thing_columns(predictor_.level()).size() : 0;
  if (cells.empty()) cells.emplace_back(own + num_values_);  // of a bad row, and of a molecule without bonds
  if (standardizes()) behind.push_back(record.standardized);
  behind.push_back(record.error);
  for (std::vector<std::string>& row : cells) {
    std::vector<std::string> all = before;
    std::ranges::move(row, std::back_inserter(all));
    all.insert(all.end(), behind.begin(), behind.end());
    row.clear();
    for (const std::size_t column : chosen_) row.push_back(std::move(all[column]));
  }
  return cells;
}

PredictedRows PredictionRows::predict(std::vector<MoleculeRecord>& records) const {
  const std::vector<PreparedGraph> graphs = prepare_records(records);
  parallel_for(records.size(), 4, [&](std::size_t i) {
    if (!records[i].error.empty()) return;
    try {
      predictor_.predictor().check(graphs[i]);
    } catch (const Error& error) {
      records[i].error = error.what();
    }
  });
  std::vector<std::int32_t> good;
  std::vector<std::int64_t> number(records.size());  // among the good ones
  std::vector<const MoleculeThings*> things;
  for (std::size_t i = 0; i < records.size(); ++i) {
    number[i] = std::ssize(good);
    if (!records[i].error.empty()) continue;
    good.push_back(static_cast<std::int32_t>(i));
    if (predictor_.level() != Readout::kGraph) things.push_back(&*records[i].things);
  }
  Predictions predictions = level_.has_value() ? predictor_.predictor().predict_with_errors(graphs, good)
                                               : predictor_.predictor().predict(graphs, good);
  if (predictor_.level() != Readout::kGraph) predictions = in_input_order(std::move(predictions), things);
  PredictedRows result;
  result.good = std::ssize(good);
  if (neighbours_ > 0) result.nearest.resize(records.size());
  std::vector<std::vector<std::vector<std::string>>> rows(records.size());
  parallel_for(records.size(), 4, [&](std::size_t i) {
    MoleculeDomain domain;
    if (compares_ && records[i].error.empty()) {
      domain = predictor_.domain().compare(records[i].molecules, graphs[i].graph,
                                           std::max<std::int64_t>(neighbours_, 1));
    }
    rows[i] = rows_of(records[i], domain, predictions, number[i]);
    if (neighbours_ > 0) result.nearest[i] = std::move(domain.nearest);
  });
  for (std::size_t i = 0; i < records.size(); ++i) {
    result.changed += records[i].standardized.empty() ? 0 : 1;
    for (std::vector<std::string>& row : rows[i]) {
      result.cells.push_back(std::move(row));
      result.records.push_back(i);
    }
  }
  return result;
}

}  // namespace plstm
