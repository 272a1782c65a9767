#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/learn/predictor.hpp>

#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

/// What an evaluation knows.
struct Evaluation {
  const std::filesystem::path& input;
  std::span<const std::filesystem::path> models;
  const Predictor& predictor;
  const Dataset& data;
  std::string rows_name;               ///< "test rows of splits.json" or "rows"
  std::span<const std::int32_t> rows;  ///< of the data, good and bad
  std::span<const std::int32_t> good;  ///< those that were predicted
  const Predictions& predictions;      ///< of these, with expected errors if the model is calibrated
  double confidence;                   ///< of intervals
  std::span<const std::string> notes;  ///< on the rows, a sentence each
  const std::string& command;          ///< that does the same again
};

/// The report of an evaluation. Of models in folders of runs it says what they learnt from.
std::string evaluation_report(const Evaluation& evaluation);

}  // namespace plstm::mol
