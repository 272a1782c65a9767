#include "plstm/chem/screen/screen_part.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/chem/screen/best_rows.hpp>
#include <plstm/chem/screen/molecule_files.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/files/output_file.hpp>
#include <plstm/data/files/spreadsheet.hpp>

namespace plstm {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> paths_of(const ScreenPlan& plan) {
  std::vector<fs::path> paths;
  for (const ScreenInput& input : plan.inputs) paths.push_back(input.path);
  return paths;
}

}  // namespace

PredictionRowOptions with_columns_of(const BestOptions& best, PredictionRowOptions options) {
  if (options.columns.empty()) return options;
  for (const std::string& name : {best.by, std::string("row")}) {
    if (std::ranges::find(options.columns, name) == options.columns.end()) {
      options.columns.insert(options.columns.begin(), name);
    }
  }
  return options;
}

MoleculeReaderOptions reading_for(const MoleculePredictor& predictor, MoleculeReaderOptions options) {
  options.featurize = predictor.featurize_options();
  options.level = predictor.level();
  options.target_columns = std::vector<std::string>{};
  return options;
}

std::string part_name(std::int64_t part, std::int64_t num_parts, bool gzip) {
  const std::size_t digits = std::max<std::size_t>(5, fmt::to_string(num_parts - 1).size());
  return fmt::format("part_{:0{}}.csv{}", part, digits, gzip ? ".gz" : "");
}

struct PartPredictor::Impl {
  Impl(const MoleculePredictor& predictor, ScreenPlan screen_plan, const PartOptions& part_options)
      : plan(std::move(screen_plan)),
        options(part_options),
        files(paths_of(plan), reading_for(predictor, part_options.reading)),
        rows(predictor, files.field_names(),
             part_options.best.has_value() ? with_columns_of(*part_options.best, part_options.rows)
                                           : part_options.rows) {
    files.keep_molecules(rows.compares());
    if (options.best.has_value()) judged = rows.column(options.best->by);
  }

  void go_to(std::int64_t part);
  void write_block(std::vector<MoleculeRecord>& records, std::ostream& stream, std::optional<BestRows>& best,
                   ScreenPartRecord& record) const;

  ScreenPlan plan;
  PartOptions options;
  MoleculeFiles files;
  PredictionRows rows;
  std::size_t judged = 0;  // column
};

void PartPredictor::Impl::go_to(std::int64_t part) {
  std::int64_t before = 0;
  std::size_t file = 0;
  const std::int64_t first = plan.first_row(part);
  while (file + 1 < plan.inputs.size() && first >= before + plan.inputs[file].rows) {
    before += plan.inputs[file++].rows;
  }
  const ScreenInput& input = plan.inputs[file];
  const std::int64_t in_file = first - before;
  const auto place = std::min(static_cast<std::size_t>(in_file / plan.part_rows), input.places.size() - 1);
  files.go_to(file, input.places[place], before);
  const std::int64_t rest = in_file - static_cast<std::int64_t>(place) * plan.part_rows;
  if (files.skip(rest) == rest) return;
  throw FileError(fmt::format("{}: has fewer rows than when they were counted", input.path.string()));
}

void PartPredictor::Impl::write_block(std::vector<MoleculeRecord>& records, std::ostream& stream,
                                      std::optional<BestRows>& best, ScreenPartRecord& record) const {
  PredictedRows predicted = rows.predict(records);
  record.rows += std::ssize(records);
  record.bad_rows += std::ssize(records) - predicted.good;
  record.changed += predicted.changed;
  std::int64_t within = 0;
  for (std::size_t i = 0; i < predicted.cells.size(); ++i) {
    std::vector<std::string>& cells = predicted.cells[i];
    const MoleculeRecord& of = records[predicted.records[i]];
    within = i > 0 && predicted.records[i] == predicted.records[i - 1] ? within + 1 : 0;
    std::optional<double> value;
    if (best.has_value()) {
      if (!of.error.empty()) continue;
      value = number_of_cell(cells[judged]);
      record.unranked += value.has_value() ? 0 : 1;
      if (!value.has_value() || !best->would_keep(*value, of.row, within)) continue;
    }
    if (options.escape_formulas) {
      for (std::string& cell : cells) cell = escape_formula(std::move(cell));
    }
    if (best.has_value()) {
      best->offer({*value, of.row, within, csv_row(cells)});
    } else {
      stream << csv_row(cells);
      ++record.written;
    }
  }
}

PartPredictor::PartPredictor(const MoleculePredictor& predictor, ScreenPlan plan, const PartOptions& options)
    : impl_(std::make_unique<Impl>(predictor, std::move(plan), options)) {}
PartPredictor::~PartPredictor() = default;
PartPredictor::PartPredictor(PartPredictor&&) noexcept = default;
PartPredictor& PartPredictor::operator=(PartPredictor&&) noexcept = default;

const std::vector<std::string>& PartPredictor::header() const {
  return impl_->rows.header();
}

const PredictionRows& PartPredictor::rows() const {
  return impl_->rows;
}

ScreenPartRecord PartPredictor::predict(std::int64_t part, const fs::path& folder,
                                        const std::function<void(std::int64_t)>& after_block) {
  const ScreenPlan& plan = impl_->plan;
  if (part < 0 || part >= plan.num_parts()) {
    throw ConfigError(fmt::format("there is no part {}; there are {}", part, plan.num_parts()));
  }
  ScreenPartRecord record;
  record.part = part;
  record.name = part_name(part, plan.num_parts(), impl_->options.gzip);
  record.first_row = plan.first_row(part);
  std::optional<BestRows> best;
  if (impl_->options.best.has_value()) best.emplace(impl_->options.best->keep, impl_->options.best->lowest);
  const fs::path path = folder / record.name;
  OutputFile file(path);
  std::vector<std::string> names = header();
  if (impl_->options.escape_formulas) {
    for (std::string& name : names) name = escape_formula(std::move(name));
  }
  file.stream() << csv_row(names);
  const std::int64_t wanted = plan.rows_of(part);
  if (wanted > 0) impl_->go_to(part);
  while (record.rows < wanted) {
    const auto most = std::min(impl_->rows.block_rows(), static_cast<std::size_t>(wanted - record.rows));
    std::vector<MoleculeRecord> records = impl_->files.next_chunk(most);
    if (records.empty()) {
      throw FileError(
          fmt::format("{}: has fewer rows than when they were counted", plan.inputs.back().path.string()));
    }
    impl_->write_block(records, file.stream(), best, record);
    if (!file.stream()) throw FileError(path.string() + ": cannot be written; is the disk full?");
    if (after_block) after_block(record.rows);
  }
  if (best.has_value()) {
    for (const RankedRow& row : best->take()) {
      file.stream() << row.text;
      ++record.written;
    }
  }
  file.commit();
  std::error_code error;
  record.bytes = static_cast<std::int64_t>(fs::file_size(path, error));
  record.sha256 = sha256_of_file(path);
  return record;
}

}  // namespace plstm
