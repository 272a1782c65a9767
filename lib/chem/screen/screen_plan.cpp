#include "plstm/chem/screen/screen_plan.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/chem/screen/molecule_files.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/json_depth.hpp>
#include <plstm/core/parallel.hpp>

#include "core/files/json_text.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

std::int64_t modified_of(const fs::path& path) {
  std::error_code none;
  const auto time = fs::last_write_time(path, none);
  return none ? 0 : static_cast<std::int64_t>(time.time_since_epoch().count());
}

std::int64_t size_of(const fs::path& path) {
  std::error_code none;
  const auto size = fs::file_size(path, none);
  return none ? -1 : static_cast<std::int64_t>(size);
}

// What decides where rows begin, and in which of them numbers have a decimal comma.
std::string reading_of(const MoleculeReaderOptions& options) {
  const Json json{{"columns", options.featurize.columns},
                  {"further", options.further_smiles_columns},
                  {"header", options.header.has_value() ? (*options.header ? 1 : 0) : -1},
                  {"kind", options.kind},
                  {"smiles", options.smiles_column},
                  {"weight", options.weight_column}};
  return sha256_of(lenient_json_text(json));
}

void count_rows(ScreenInput& input, const MoleculeReaderOptions& options, std::int64_t part_rows) {
  MoleculeReader reader(input.path, options);
  std::int64_t passed = part_rows;
  while (passed == part_rows) {
    input.places.push_back(reader.place());
    passed = reader.skip(part_rows);
    input.rows += passed;
  }
  if (passed == 0 && input.places.size() > 1) input.places.pop_back();  // the end of the file
}

Json place_json(const MoleculePlace& place) {
  const int numbers = (place.numbers.point ? 1 : 0) + (place.numbers.comma ? 2 : 0);
  Json json{place.row.rows, place.row.line, place.row.offset, place.row.inside, numbers};
  if (!place.row.ahead.empty()) json.push_back(place.row.ahead);
  return json;
}

MoleculePlace parse_place(const Json& json) {
  MoleculePlace place;
  place.row.rows = json.at(0).get<std::int64_t>();
  place.row.line = json.at(1).get<std::int64_t>();
  place.row.offset = json.at(2).get<std::int64_t>();
  place.row.inside = json.at(3).get<std::int64_t>();
  const int numbers = json.at(4).get<int>();
  place.numbers = {(numbers & 1) != 0, (numbers & 2) != 0};
  if (json.size() > 5) place.row.ahead = json.at(5).get<std::vector<std::string>>();
  return place;
}

}  // namespace

std::int64_t ScreenPlan::num_rows() const {
  std::int64_t rows = 0;
  for (const ScreenInput& input : inputs) rows += input.rows;
  return rows;
}

std::int64_t ScreenPlan::num_parts() const {
  return std::max<std::int64_t>(1, (num_rows() + part_rows - 1) / part_rows);
}

std::int64_t ScreenPlan::rows_of(std::int64_t part) const {
  return std::min(part_rows, num_rows() - first_row(part));
}

ScreenPlan plan_screen(std::span<const fs::path> files, const MoleculeReaderOptions& options,
                       std::int64_t part_rows, const std::function<void(std::int64_t)>& progress) {
  if (part_rows < 1) throw ConfigError(fmt::format("parts of {} rows, expected at least 1", part_rows));
  for (const fs::path& file : files) {
    std::error_code none;
    if (file != "-" && (!fs::exists(file, none) || fs::is_regular_file(file, none))) continue;
    throw ConfigError(fmt::format(
        "{} can be read once only, and an output in parts needs files that can be read again; write it to a "
        "file first",
        file == "-" ? "standard input" : file.string()));
  }
  const MoleculeFiles check({files.begin(), files.end()}, options);  // that the columns are the same
  ScreenPlan plan;
  plan.part_rows = part_rows;
  plan.reading = reading_of(options);
  for (const fs::path& file : files) {
    ScreenInput& input = plan.inputs.emplace_back();
    input.path = file;
    input.bytes = size_of(file);
    input.modified = modified_of(file);
  }
  // Two tasks a file: one counts, one makes the digest.
  std::mutex mutex;
  std::int64_t done = 0;
  std::vector<std::exception_ptr> errors(2 * files.size());
  parallel_for(errors.size(), 1, [&](std::size_t task) {
    ScreenInput& input = plan.inputs[task / 2];
    try {
      if (task % 2 == 0) {
        count_rows(input, options, part_rows);
      } else {
        input.sha256 = sha256_of_file(input.path);
      }
    } catch (...) {
      errors[task] = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    ++done;
    if (progress) progress(done / 2);
  });
  for (const std::exception_ptr& error : errors) {
    if (error != nullptr) std::rethrow_exception(error);
  }
  return plan;
}

bool seems_current(const ScreenPlan& plan, std::span<const fs::path> files,
                   const MoleculeReaderOptions& options, std::int64_t part_rows) {
  if (plan.part_rows != part_rows || plan.reading != reading_of(options)) return false;
  return std::ranges::equal(plan.inputs, files, [](const ScreenInput& input, const fs::path& file) {
    return input.path == file && input.bytes == size_of(file) && input.modified == modified_of(file);
  });
}

std::string screen_plan_json(const ScreenPlan& plan) {
  Json json;
  json["format"] = kFormat;
  json["part_rows"] = plan.part_rows;
  json["reading"] = plan.reading;
  json["inputs"] = Json::array();
  for (const ScreenInput& input : plan.inputs) {
    Json each;
    each["path"] = input.path.string();
    each["bytes"] = input.bytes;
    each["modified"] = input.modified;
    each["sha256"] = input.sha256;
    each["rows"] = input.rows;
    each["places"] = Json::array();
    for (const MoleculePlace& place : input.places) each["places"].push_back(place_json(place));
    json["inputs"].push_back(std::move(each));
  }
  return lenient_json_text(json) + "\n";
}

ScreenPlan parse_screen_plan(const std::string& text, const std::string& name) {
  try {
    check_json_depth(text);
    const Json json = parse_json(text);
    if (json.at("format").get<int>() != kFormat) throw FileError("it is of another version");
    ScreenPlan plan;
    plan.part_rows = json.at("part_rows").get<std::int64_t>();
    plan.reading = json.at("reading").get<std::string>();
    if (plan.part_rows < 1) throw FileError("parts have no rows");
    for (const Json& each : json.at("inputs")) {
      ScreenInput& input = plan.inputs.emplace_back();
      input.path = each.at("path").get<std::string>();
      input.bytes = each.at("bytes").get<std::int64_t>();
      input.modified = each.at("modified").get<std::int64_t>();
      input.sha256 = each.at("sha256").get<std::string>();
      input.rows = each.at("rows").get<std::int64_t>();
      for (const Json& place : each.at("places")) input.places.push_back(parse_place(place));
      const std::int64_t places =
          std::max<std::int64_t>(1, (input.rows + plan.part_rows - 1) / plan.part_rows);
      if (input.rows < 0 || std::ssize(input.places) != places)
        throw FileError("places of parts are missing");
    }
    return plan;
  } catch (const std::exception& error) {
    throw FileError(fmt::format("{}: is no plan of parts: {}", name, error.what()));
  }
}

}  // namespace plstm
