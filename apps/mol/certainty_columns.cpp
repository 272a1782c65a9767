#include "certainty_columns.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/certainty/task_certainty.hpp>

#include "trained.hpp"

namespace plstm::mol {
namespace {

const std::vector<Task>& tasks_of(const MoleculePredictor& predictor) {
  return predictor.predictor().members().front().tasks;
}

std::string bound(double value) {
  return std::isfinite(value) ? format_prediction(value) : "";
}

}  // namespace

void add_confidence_flag(CLI::App& app, CertaintyOptions& options) {
  app.add_option("--confidence", options.confidence,
                 "how often intervals and sets of classes are to hold the measured value, between 0 and 1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

void add_certainty_flags(CLI::App& app, CertaintyOptions& options) {
  add_confidence_flag(app, options);
  app.add_flag("--no-intervals", options.no_intervals, "write no intervals and no sets of classes");
  app.add_flag(
      "--no-domain", options.no_domain,
      "write neither the similarity to the nearest training molecule nor warnings of what the model has "
      "never seen");
  app.add_option(
      "--neighbours-out", options.neighbours,
      "CSV file to write with the nearest training molecules: their rows in the training data (from 1)");
  app.add_option("--num-neighbours", options.num_neighbours, "how many of them for each molecule")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

CertaintyColumns::CertaintyColumns(const MoleculePredictor& predictor, const CertaintyOptions& options)
    : predictor_(predictor), options_(options), labels_(labels_of(predictor.predictor())) {
  const std::vector<Task>& tasks = tasks_of(predictor);
  if (predictor.predictor().calibration() != nullptr && !options.no_intervals) {
    level_ = predictor.predictor().level(options.confidence);
    const std::vector<std::string>& targets = predictor.predictor().members().front().target_names;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (tasks[i].type == TaskType::kRegression) {
        names_.push_back(targets[i] + "_low");
        names_.push_back(targets[i] + "_high");
      } else {
        names_.push_back(targets[i] + "_set");
      }
    }
  }
  interval_columns_ = names_.size();
  const bool has_molecules = predictor.domain().num_molecules() > 0;
  if (!options.neighbours.empty() && !has_molecules) {
    throw ConfigError(
        "--neighbours-out: the model does not know the molecules that it learnt from; train it with this "
        "version");
  }
  compares_ = predictor.domain().knows_codes() && (!options.no_domain || !options.neighbours.empty());
  if (compares_ && !options.no_domain) {
    if (has_molecules) names_.emplace_back("similarity");
    names_.emplace_back("warning");
  }
  if (options.neighbours.empty()) return;
  neighbours_.emplace(options.neighbours, CellOptions{});
  neighbours_->write({"row", "smiles", "id", "rank", "training_row", "similarity"});
}

std::vector<std::string> CertaintyColumns::interval_cells(const Predictions& predictions,
                                                          std::int64_t row) const {
  std::vector<std::string> cells;
  const std::vector<Task>& tasks = tasks_of(predictor_);
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

void CertaintyColumns::write_neighbours(const MoleculeRecord& record, const MoleculeDomain& domain) {
  std::int64_t rank = 0;
  for (const TrainingNeighbour& neighbour : domain.nearest) {
    neighbours_->write({fmt::to_string(record.row), record.smiles, record.id, fmt::to_string(++rank),
                        fmt::to_string(neighbour.number), fmt::format("{:.4f}", neighbour.similarity)});
  }
}

std::vector<CertaintyColumns::Cells> CertaintyColumns::cells(std::span<const MoleculeRecord> records,
                                                             std::span<const PreparedGraph> graphs,
                                                             const Predictions& predictions) {
  std::vector<MoleculeDomain> domains(records.size());
  if (compares_) {
    const std::int64_t count = neighbours_.has_value() ? options_.num_neighbours : 1;
    parallel_for(records.size(), 4, [&](std::size_t i) {
      if (!records[i].error.empty()) return;
      domains[i] = predictor_.domain().compare(records[i].molecules, graphs[i].graph, count);
    });
  }
  std::vector<Cells> rows;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!records[i].error.empty()) continue;
    Cells row;
    for (std::int64_t at = predictions.offsets[rows.size()]; at < predictions.offsets[rows.size() + 1];
         ++at) {
      row.intervals.push_back(level_.has_value() ? interval_cells(predictions, at)
                                                 : std::vector<std::string>());
    }
    if (compares_ && !options_.no_domain) {
      if (predictor_.domain().num_molecules() > 0) {
        row.domain.push_back(fmt::format("{:.4f}", domains[i].nearest.front().similarity));
      }
      row.domain.push_back(domains[i].warning);
    }
    if (neighbours_.has_value()) write_neighbours(records[i], domains[i]);
    rows.push_back(std::move(row));
  }
  return rows;
}

void CertaintyColumns::commit() {
  if (neighbours_.has_value()) neighbours_->commit();
}

std::string CertaintyColumns::note() const {
  if (!level_.has_value()) return "";
  const bool unbounded = std::ranges::any_of(level_->factors, [](double f) { return std::isinf(f); });
  if (!unbounded) return "";
  return fmt::format(
      "too few molecules were held out in training for intervals that hold {:.4g} % of all values; these "
      "cells are "
      "empty, and a lower --confidence fills them",
      100 * level_->confidence);
}

}  // namespace plstm::mol
