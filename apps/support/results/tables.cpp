#include "tables.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/files/spreadsheet.hpp>
#include <plstm/data/number.hpp>

namespace plstm::apps {
namespace {

std::string field(double value) {
  return std::isnan(value) ? "" : format_number(value);
}

}  // namespace

bool goes_to_file(const std::filesystem::path& output) {
  return !output.empty() && output != "-";
}

void add_cell_flags(CLI::App& app, CellOptions& options) {
  app.add_flag("--escape-formulas", options.escape_formulas,
               "put a ' before texts that spreadsheets would take for formulas");
}

TableWriter::TableWriter(const std::filesystem::path& path, const CellOptions& options)
    : file_(path.empty() ? "-" : path),
      options_(options),
      terminal_((path.empty() || path == "-") && ::isatty(STDOUT_FILENO) != 0) {}

void TableWriter::write(std::vector<std::string> fields) {
  for (std::string& text : fields) {
    if (looks_like_formula(text)) {
      ++formulas_;
      if (options_.escape_formulas) text = escape_formula(std::move(text));
    }
    if (terminal_) text = printable(text);
  }
  write_csv_row(file_.stream(), fields);
  if (!file_.stream())
    throw FileError("the table cannot be written; is the disk full, or the output closed?");
}

void TableWriter::commit() {
  file_.commit();
}

std::string TableWriter::note() const {
  if (formulas_ == 0 || options_.escape_formulas) return "";
  return fmt::format(
      "{} fields begin with =, +, - or @, and spreadsheets take them for formulas; --escape-formulas puts a "
      "' before "
      "them",
      formulas_);
}

void write_metrics(const std::filesystem::path& path, Metric metric,
                   std::span<const std::vector<EpochReport>> members, const std::string& unit) {
  OutputFile file(path);
  const bool with_metric = metric != Metric::kLoss;  // else it has its column already
  std::vector<std::string> header{"model", "epoch", "learning_rate", "train_loss", "validation_loss"};
  if (with_metric) header.push_back(fmt::format("validation_{}", name(metric)));
  header.insert(header.end(), {"best", unit + "_per_second", "seconds"});
  write_csv_row(file.stream(), header);
  for (std::size_t member = 0; member < members.size(); ++member) {
    for (const EpochReport& r : members[member]) {
      std::vector<std::string> fields{fmt::to_string(member), fmt::to_string(r.epoch),
                                      format_number(r.learning_rate), field(r.train_loss),
                                      field(r.validation_loss)};
      if (with_metric) fields.push_back(field(r.validation_metric));
      fields.insert(fields.end(), {r.best ? "1" : "0", fmt::format("{:.1f}", r.samples_per_second),
                                   fmt::format("{:.3f}", r.seconds)});
      write_csv_row(file.stream(), fields);
    }
  }
  file.commit();
}

std::vector<std::string> distinct_names(std::vector<std::string> taken, std::span<const std::string> names,
                                        const std::string& suffix) {
  const auto first = std::ssize(taken);
  for (std::string name : names) {
    while (std::ranges::find(taken, name) != taken.end()) name += suffix;
    taken.push_back(std::move(name));
  }
  return {taken.begin() + first, taken.end()};
}

std::string format_prediction(double value) {
  // Ten digits, and six behind the point of a large number: targets with a large offset differ there only.
  const double magnitude = std::abs(value);
  const int whole =
      magnitude >= 1 && std::isfinite(magnitude) ? static_cast<int>(std::log10(magnitude)) + 1 : 0;
  return fmt::format("{:.{}g}", value, std::clamp(whole + 6, 10, 17));
}

std::vector<std::string> class_columns(const std::vector<std::string>& targets, std::span<const Task> tasks) {
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].type != TaskType::kRegression) columns.push_back(targets[i] + "_class");
  }
  return columns;
}

std::vector<std::string> class_cells(std::span<const Task> tasks, std::span<const double> predictions) {
  std::vector<std::string> cells;
  std::size_t column = 0;
  for (const Task& task : tasks) {
    const auto width = static_cast<std::size_t>(num_outputs(task.type, 1, task.classes));
    if (task.type != TaskType::kRegression) {
      cells.push_back(class_name(task, chosen_class(task, predictions.subspan(column, width))));
    }
    column += width;
  }
  return cells;
}

}  // namespace plstm::apps
