#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_schema.hpp>
#include <plstm/data/split.hpp>
#include <plstm/learn/dags/record_labels.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/protocol.hpp>

#include "run_options.hpp"

namespace plstm::dag {

/// Which graphs, or which things of all graphs, are for what.
struct Division {
  bool over_things = false;
  Protocol protocol;  ///< the splits of what has labels, and the trainings on them
  Split split;        ///< that of the present training; at first that of the first one
  std::string text;   ///< how it was made, for people
  std::string note;   ///< what the user should know of it; empty: nothing

  FitSplit for_fit() const { return {split.train, split.validation, over_things}; }
};

/// The data of a training run.
struct LearningData {
  std::vector<GraphRecord> records;
  RecordLabels labels;
  Division division;
  GraphSchema schema;
  LabeledGraphs graphs;
  std::string sha256;              ///< of all that was read
  std::vector<std::string> notes;  ///< what the user should know of data and features, a sentence each

  /// Makes this the split of the present training: features are learnt from its training part anew.
  void take_split(const RunOptions& options, const Split& split);
  /// The things of a part of the division, numbered through all graphs.
  std::vector<std::int32_t> things_of_part(const std::vector<std::int32_t>& part) const;
};

/// Reads, divides and encodes the data. Throws FileError or ConfigError in the words of the command line.
LearningData load_learning_data(const RunOptions& options);

}  // namespace plstm::dag
