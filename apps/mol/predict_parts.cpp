#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/screen/part_dealer.hpp>
#include <plstm/chem/screen/screen_folder.hpp>
#include <plstm/chem/screen/screen_manifest.hpp>
#include <plstm/chem/screen/screen_plan.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/learn/run_folder.hpp>

#include "predict_options.hpp"
#include "support/rank_roles.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/progress.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPartRows = 1'000'000;

// Of one file its own digest, of several a digest of all of theirs.
std::string digest_of_models(const std::vector<fs::path>& models) {
  std::vector<std::string> digests;
  for (const fs::path& path : models) {
    const std::vector<fs::path> files =
        fs::is_directory(path) ? model_files_of(path) : std::vector<fs::path>{path};
    for (const fs::path& file : files) digests.push_back(sha256_of_file(file));
  }
  return digests.size() == 1 ? digests.front() : sha256_of(fmt::format("{}", fmt::join(digests, " ")));
}

// What decides the bytes of the parts, beside the inputs and the size of parts.
std::map<std::string, std::string> settings_of(const PredictOptions& o) {
  const auto flag = [](bool set) { return std::string(set ? "set" : ""); };
  return {{"the model (digest)", digest_of_models(o.models)},
          {"--precision", o.precision},
          {"--input-format", o.input.kind},
          {"--smiles-columns", fmt::format("{}", fmt::join(o.input.smiles_columns, " "))},
          {"--id-column", o.input.id_column},
          {"--no-header-row", flag(o.input.no_header_row)},
          {"--drop-extra-columns", flag(o.drop_extra_columns)},
          {"--long", flag(o.each_thing)},
          {"--columns", fmt::format("{}", fmt::join(o.columns, ","))},
          {"--keep-best", o.keeps_best() ? fmt::to_string(o.best.keep) : ""},
          {"--best-by", o.best.by},
          {"--lowest", flag(o.best.lowest)},
          {"--escape-formulas", flag(o.cells.escape_formulas)},
          {"--confidence", o.certainty.no_intervals ? "" : fmt::format("{}", o.certainty.confidence)},
          {"--no-intervals", flag(o.certainty.no_intervals)},
          {"--no-domain", flag(o.certainty.no_domain)}};
}

void say(const std::string& text) {
  fmt::print(stderr, "plstm-mol: {}\n", printable(text));
}

void say_what_is_there(const ScreenFolder& folder, const PartFlags& flags) {
  if (folder.num_spoilt() > 0) {
    say(fmt::format("{}: {} finished parts were changed or lost, and are made again", folder.path().string(),
                    folder.num_spoilt()));
  }
  if (!flags.resume) return;
  const auto finished = std::ssize(folder.manifest().parts);
  if (finished == 0) {
    say(fmt::format("{}: there is no finished part to go on from, so the work starts at the beginning",
                    folder.path().string()));
  } else {
    say(fmt::format("{}: {} finished parts are kept", folder.path().string(), finished));
  }
}

void say_what_was_written(const ScreenFolder& folder, const PredictOptions& options, bool whole,
                          bool standardizes) {
  const ScreenManifest& manifest = folder.manifest();
  std::int64_t rows = 0, bad = 0, changed = 0, unranked = 0;
  for (const ScreenPartRecord& part : manifest.parts) {
    rows += part.rows;
    bad += part.bad_rows;
    changed += part.changed;
    unranked += part.unranked;
  }
  fmt::print("{} rows predicted, {} bad rows, written to {} in {} part{}\n", rows - bad, bad,
             folder.path().string(), manifest.parts.size(), manifest.parts.size() == 1 ? "" : "s");
  if (manifest.shard.count > 1) {
    fmt::print("shard {} of {} is finished; {}\n", manifest.shard.number, manifest.shard.count,
               whole ? "with it all are" : "others are not");
  }
  if (whole && options.keeps_best()) {
    const fs::path best = folder.path() / (manifest.gzip ? "best.csv.gz" : "best.csv");
    fmt::print("the best rows of all parts are in {}\n", best.string());
  }
  if (standardizes) say(fmt::format("standardising has changed {} of {} molecules", changed, rows - bad));
  if (unranked > 0) {
    say(fmt::format("{} rows without an error have no number in '{}' and are left out", unranked,
                    options.best.by));
  }
}

// Thrown and caught here: a signal has come within a part.
struct PartIsStopped {};

// Makes the parts that fall to this rank, until all are made or a signal comes.
void make_parts(PartPredictor& parts, const ScreenPlan& plan, const fs::path& folder, PartDealer& dealer,
                const Ranks& ranks, const apps::StopSignal& stop) {
  apps::Progress progress("predicting", "rows");
  // Of all ranks, if they are equally fast.
  const auto all = static_cast<double>(dealer.num_pending()) * static_cast<double>(plan.part_rows);
  std::int64_t rows_done = 0;
  try {
    while (const std::optional<std::int64_t> part = dealer.next()) {
      dealer.done(parts.predict(*part, folder, [&](std::int64_t rows) {
        const std::int64_t rows_of_all = (rows_done + rows) * ranks.size();
        progress.at(rows_of_all, std::min(1.0, static_cast<double>(rows_of_all) / all));
        if (stop.requested()) throw PartIsStopped{};
      }));
      rows_done += plan.rows_of(*part);
    }
  } catch (const PartIsStopped&) {
  }
}

}  // namespace

bool writes_parts(const PredictOptions& options) {
  const std::string output = options.output.string();
  std::error_code none;
  const bool is_folder = output.ends_with('/') ||
                         (options.parts.any() && !output.empty() && fs::is_directory(options.output, none));
  if (!is_folder && options.parts.any()) {
    throw ConfigError(
        "predict: --part-rows, --shard, --resume, --gzip and --plan-only are for an output in parts: say -o "
        "FOLDER/");
  }
  if (!is_folder) return false;
  if (!options.smiles.empty())
    throw ConfigError("predict: an output in parts is for files, not for SMILES as arguments");
  if (!options.certainty.neighbours.empty()) {
    throw ConfigError(
        "predict: --neighbours-out does not go with an output in parts; predict the rows that you choose "
        "from them again");
  }
  return true;
}

void add_part_flags(CLI::App& app, PartFlags& flags) {
  app.option_defaults()->group("Output in parts");
  app.add_option("--part-rows", flags.rows,
                 "rows of the input in a part, where the output is -o FOLDER/ (default: 1000000)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  app.add_option(
      "--shard", flags.shard,
      "i/n: make only every n-th part, beginning with part i (from 1), as one job of an array; all "
      "shards write into the same folder");
  app.add_flag("--resume", flags.resume,
               "go on from the parts that a stopped or killed run with the same inputs, model and flags has "
               "finished; the result has the same bytes as that of a run that was not stopped");
  app.add_flag("--gzip", flags.gzip, "compress the parts");
  app.add_flag(
      "--plan-only", flags.plan_only,
      "only count the rows and write plan.json into the folder, so that no shard needs to count them");
}

void predict_parts(const PredictOptions& options, const MoleculePredictor& predictor,
                   std::span<const std::string> runs, const Ranks& ranks) {
  PartOptions part_options;
  part_options.reading = reading_of(options, predictor);
  part_options.rows = row_options(options);
  if (options.keeps_best()) part_options.best = options.best;
  part_options.gzip = options.parts.gzip;
  part_options.escape_formulas = options.cells.escape_formulas;
  const Shard shard = options.parts.shard.empty() ? Shard{} : parse_shard(options.parts.shard);
  if (shard.count > 1 && ranks.size() > 1) {
    throw ConfigError(
        "predict: --shard is for jobs without MPI; the ranks of mpirun share out the parts themselves");
  }
  const std::int64_t part_rows = options.parts.rows > 0 ? options.parts.rows : kPartRows;
  const MoleculeReaderOptions reading = reading_for(predictor, part_options.reading);
  ScreenPlan plan;
  const auto count_rows = [&] {
    apps::Progress progress("counting rows", "files");
    const auto share = [&](std::int64_t done) {
      progress.at(done, static_cast<double>(done) / static_cast<double>(options.inputs.size()));
    };
    plan = screen_plan_for(options.output, options.inputs, reading, part_rows, share);
  };
  if (ranks.is_first()) count_rows();
  if (options.parts.plan_only) {
    apps::leave_to_first(ranks);
    write_screen_plan(plan, options.output);
    fmt::print("{} rows in {} files make {} parts; the plan is in {}\n", plan.num_rows(), plan.inputs.size(),
               plan.num_parts(), (options.output / kScreenPlanName).string());
    return;
  }
  if (ranks.is_first() && ranks.size() > 1) write_screen_plan(plan, options.output);
  ranks.barrier();
  if (!ranks.is_first()) count_rows();  // reads the plan
  PartPredictor parts(predictor, plan, part_options);
  apps::StopSignal stop;
  const ScreenManifest wanted =
      make_manifest(plan, shard, options.parts.gzip, PLSTM_VERSION, settings_of(options));
  apps::check_same_runs(options.models, runs);  // the digest that the settings name is that of the predictor
  std::optional<ScreenFolder> folder;
  if (ranks.is_first()) {
    folder.emplace(options.output, wanted, plan, options.parts.resume);
    say_what_is_there(*folder, options.parts);
  }
  PartDealer dealer(ranks, folder.has_value() ? &*folder : nullptr, options.output, wanted);
  make_parts(parts, plan, options.output, dealer, ranks, stop);
  apps::share_stop(ranks, stop);
  dealer.collect();
  apps::leave_to_first(ranks);
  if (stop.requested()) {
    const std::size_t written = folder->manifest().parts.size();
    throw apps::Stopped(
        stop.signal(), fmt::format("{} of {} parts are written", written, written + folder->pending().size()),
        apps::Stopped::GoOn::kWithResume);
  }
  const bool whole = folder->finish(part_options.best, parts.header());
  say_what_was_written(*folder, options, whole, parts.rows().standardizes());
  if (plan.num_rows() == 0) say(fmt::format("{} has no molecule", options.inputs.front().string()));
}

}  // namespace plstm::mol
