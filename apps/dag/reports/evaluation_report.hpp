#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/learn/dags/dag_predictor.hpp>
#include <plstm/learn/dags/record_labels.hpp>

namespace plstm::dag {

/// What an evaluation knows.
struct Evaluation {
  std::span<const std::filesystem::path> inputs, models;
  const DagPredictor& predictor;
  std::span<const GraphRecord> records;  ///< those that were predicted
  std::int64_t num_bad = 0;              ///< graphs that cannot be used
  const RecordLabels& labels;            ///< of the records
  const Predictions& predictions;        ///< of all of their things, with expected errors
  double confidence = 0.9;               ///< of intervals
  std::span<const std::string> notes;    ///< a sentence each
  const std::string& sha256;             ///< of all graphs
  const std::string& command;            ///< that does the same again
};

/// The report of an evaluation. Of models in folders of runs it says what they learnt from.
std::string evaluation_report(const Evaluation& evaluation);

}  // namespace plstm::dag
