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
  if (!file_.stream()) file_.commit();  // throws, with the reason
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

}  // namespace plstm::apps
