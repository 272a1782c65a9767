#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/loop/train_options.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

// What a report says. All of these are plain values. R rows, T targets; C columns of predictions, which are one for each
// target, or one for each class of a target with classes. Matrices are row-major. Texts may come from users: the report
// escapes them.

struct ReportFact {
  std::string name, value;
};

struct ReportTarget {
  std::string name;
  std::string unit;  ///< empty: not known
  Task task;
};

/// Measured values of a part of the data, to show how they are distributed.
struct ReportPart {
  std::string name;
  std::vector<double> measured;  ///< [rows, T], NaN where there is none
};

/// The rows on which a model was judged.
struct ReportRows {
  /// [R] what the user calls each row, such as its number and id; or empty, where the pictures of the rows that the
  /// report shows have their labels: millions of rows need no texts then.
  std::vector<std::string> labels;
  std::vector<std::string> details;  ///< [R] what it is, such as SMILES; or empty
  std::vector<double> measured;      ///< [R, T], NaN where there is none
  std::vector<double> predicted;     ///< [R, C] values or probabilities
  std::vector<double> uncertainty;   ///< [R, C] how large an error is thought to be; empty: not known
  /// What `uncertainty` is. If it is the mean absolute error to be expected, the report compares it with true errors.
  std::string uncertainty_name = "spread of the members";
  bool expects_errors = false;  ///< uncertainties are absolute errors to be expected
  /// [R, T] intervals of numbers, NaN or infinite where there are none; empty: not known.
  std::vector<double> low, high;
  double confidence = 0.9;  ///< of these intervals
};

/// How often intervals, or sets of classes, of one confidence held the measured value.
struct ReportCoverage {
  double confidence = 0;
  std::int64_t rows = 0, held = 0;
  double size = 0;  ///< mean width of the intervals, or mean number of classes in the sets
};

/// What predicts the same rows without the model, to compare with.
struct ReportBaseline {
  std::string name;
  std::vector<double> predicted;  ///< [R, C]
};

/// A training molecule that is like a judged one.
struct ReportNeighbour {
  std::string label;
  double similarity = 0;         ///< from 0 to 1
  std::string svg;               ///< empty: not drawn
  std::vector<double> measured;  ///< [T], NaN where there is none
};

/// What is shown for a judged row beside its numbers. The report inserts `svg` as it is: it must be one trusted <svg>
/// element.
struct ReportPicture {
  std::size_t row = 0;
  std::string svg;                          ///< empty: not drawn
  std::string warning;                      ///< what the model has never seen; empty: nothing
  std::vector<ReportNeighbour> neighbours;  ///< the most similar first
  std::string label = {}, detail = {};      ///< those of the row, where ReportRows::labels is empty
};

/// Losses and scores of one member of the model, epoch after epoch.
using ReportHistory = std::vector<EpochReport>;

struct ReportData {
  std::string title, subtitle;
  std::vector<ReportFact> facts;      ///< what was learnt from what
  std::vector<std::string> notes;     ///< sentences on the data that the reader should know
  std::string model = "pLSTM";        ///< what the model is called beside the baselines
  std::string rows = "test rows";     ///< what the judged rows are called
  std::string samples = "molecules";  ///< what was measured: that of which rows have values
  std::vector<ReportTarget> targets;  ///< [T] at least one
  ReportRows judged;
  std::vector<ReportBaseline> baselines;
  std::vector<std::vector<ReportCoverage>> coverage;  ///< [T] by rising confidence; or empty
  std::vector<ReportPart> parts;
  std::string metric;                    ///< of the validation rows in the histories
  std::vector<ReportHistory> histories;  ///< one a member; empty: not known
  std::vector<ReportPicture> pictures;   ///< of the rows that shown_rows() names
  std::vector<ReportFact> settings;
  std::string command;     ///< that does the same again; empty: not known
  std::uint64_t seed = 0;  ///< of the bootstrap
};

/// R, the number of judged rows.
std::size_t num_rows(const ReportData& data);

/// Columns of predictions of a target.
struct ReportColumns {
  Index first = 0, count = 1;
};
std::vector<ReportColumns> report_columns(const std::vector<ReportTarget>& targets);

/// Throws ConfigError if there is no target or one that check_tasks() refuses, ShapeError if a matrix has another size
/// than rows and targets ask for, naming it, and ConfigError for a prediction that is not finite, a label that is no class
/// or a picture of a row that is not there.
void check_report(const ReportData& data);

}  // namespace plstm
