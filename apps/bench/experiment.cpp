#include "experiment.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/hash.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/fit_companion.hpp>

#include "bench/data/catalog.hpp"
#include "bench/data/data_loading.hpp"
#include "bench/data/splits.hpp"
#include "bench/flags.hpp"
#include "bench/models/models.hpp"
#include "bench/models/presets.hpp"
#include "bench/runs/recorded_runs.hpp"
#include "bench/runs/tables.hpp"
#include "support/json_text.hpp"
#include "support/rank_roles.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::bench {
namespace {

std::vector<std::string> names_of(std::span<const std::string_view> models) {
  return {models.begin(), models.end()};
}

// How graphs are made is one choice for all models.
BenchData load(const DatasetEntry& entry, const BenchOptions& options) {
  const RunSettings settings = with_changes(preset_of_graphs(options.preset, entry.kind), options.changes);
  LoadOptions loading{settings.orientation, settings.atom_values, settings.molecule_values};
  loading.scaffolds = options.protocol.split == "scaffold" && options.protocol.splits_file.empty();
  const std::vector<std::string> models =
      options.models.empty() ? names_of(default_models(preset_has_companion(options.preset, entry.kind)))
                             : options.models;
  const auto any_model = [&](bool (*has)(const ModelInfo&)) {
    return std::ranges::any_of(models, [&](const std::string& name) { return has(find_model(name)); });
  };
  loading.fingerprints = any_model(needs_fingerprints);
  loading.substructures = any_model(has_forest);
  loading.counts = any_model(has_companion);
#ifdef PLSTM_BENCH_WITH_CHEM
  if (entry.kind == DataKind::kMolecules) return load_molecules(entry, loading);
#endif
  return load_tu(entry, loading);
}

std::string describe(const BenchData& data) {
  std::string kind(name(data.task));
  if (data.task == TaskType::kMulticlass) kind = fmt::format("{} classes", data.classes);
  return fmt::format("{}: {} graphs, {}{}{}", data.name, data.usable_rows.size(), kind,
                     data.target_names.size() > 1 ? fmt::format(", {} tasks", data.target_names.size()) : "",
                     data.note);
}

// Models that have parts in common stand together, at the place of the first.
std::vector<std::vector<const ModelInfo*>> grouped(const std::vector<std::string>& names) {
  std::vector<std::vector<const ModelInfo*>> groups;
  for (const std::string& name : names) {
    const ModelInfo& model = find_model(name);
    const auto same = std::ranges::find_if(
        groups, [&](const auto& group) { return shares_parts(model) && shares_parts(*group.front()); });
    if (same == groups.end()) {
      groups.push_back({&model});
    } else {
      same->push_back(&model);
    }
  }
  return groups;
}

bool all_suit_companion(const BenchData& data, const Protocol& protocol) {
  const Matrix<double> targets = data.targets.cast<double>();
  const CompanionData of_companion{
      data.graphs, {targets.data(), targets.rows(), targets.cols()}, data.labels().present};
  const std::vector<Task> tasks(data.target_names.size(), {data.task, data.classes});
  return std::ranges::all_of(protocol.splits, [&](const Split& split) {
    return suits_companion(of_companion, split.train, split.validation, tasks);
  });
}

// Those that the user names, or what the preset says for this data.
std::vector<std::string> models_for(const BenchData& data, const Protocol& protocol,
                                    const BenchOptions& options) {
  if (!options.models.empty()) return options.models;
  const bool companion =
      preset_has_companion(options.preset, data.kind) && all_suit_companion(data, protocol);
  return names_of(default_models(companion));
}

// The runs of one data set: models, seeds, folds.
std::vector<QueuedRuns> plan(const BenchData& data, const Protocol& protocol,
                             const std::vector<std::string>& models, const BenchOptions& options) {
  const std::string data_digest = digest_of(data);
  std::vector<std::string> split_digests;
  for (const Split& split : protocol.splits) split_digests.push_back(digest_of_split(split));
  std::vector<QueuedRuns> items;
  for (const auto& group : grouped(models)) {
    RunSettings settings;
    for (const ModelInfo* model : group) {
      check_model(*model, data);
      if (!has_network(*model)) continue;
      settings = settings_for(options.preset, options.changes, *model, data);
      make_graph_model(
          complete_config(settings.model, data));  // throws now instead of after hours of other runs
    }
    for (const ProtocolRun& run : protocol.runs) {
      const std::string settings_text = apps::json_text(to_json(settings));
      const auto identity = [&](std::string_view model, const std::string& its_settings) {
        return RunIdentity{
            data.name, std::string(model), protocol.name, std::string(name(data.task)), run.fold,
            run.seed,  its_settings,       data_digest,   split_digests[run.split]};
      };
      QueuedRuns item{
          &data, settings, &protocol.splits[run.split], identity("network", settings_text).name(), {}};
      for (const ModelInfo* model : group) {
        item.asked.push_back({model, identity(model->name, has_network(*model) ? settings_text : "{}")});
      }
      items.push_back(std::move(item));
    }
  }
  return items;
}

void say_what_is_left(const std::vector<std::string>& undone, const std::vector<std::string>& not_begun) {
  constexpr std::size_t kMost = 20;
  for (std::size_t i = 0; i < std::min(undone.size(), kMost); ++i) fmt::print("not done: {}\n", undone[i]);
  if (undone.size() > kMost) fmt::print("not done: {} more\n", undone.size() - kMost);
  for (const std::string& dataset : not_begun) fmt::print("not begun: {}\n", dataset);
}

}  // namespace

void run_experiment(const BenchOptions& options) {
  check_names("--dataset", options.datasets);
  check_names("--model", options.models);
  for (const std::string& model : options.models) find_model(model);
  check_precision(with_changes({}, options.changes).training.precision);
  std::vector<DatasetEntry> entries;
  for (const std::string& dataset : options.datasets) entries.push_back(find_dataset(dataset, options));
  const Ranks& ranks = options.ranks;
  const ThreadLimit limit(apps::threads_for(ranks, options.threads));
  apps::OutputFolder folder(options.output_dir, ranks);
  if (ranks.is_first() && std::filesystem::is_directory(options.output_dir / "runs")) {
    remove_partial_files(options.output_dir / "runs");
  }
  FoundRecords found = read_run_records(options.output_dir);
  for (const auto& file : found.unreadable) {
    fmt::print("{} is no record of a run; that run is done again if it is asked for\n", file.string());
  }
  std::set<std::string> finished;
  for (const RunRecord& record : found.records) finished.insert(record.identity.name());

  ranks.barrier();  // all have read the records before any is written
  apps::StopSignal stop(options.resume.seconds_left());
  RecordedRuns runs(options, folder, stop, std::move(found.records));
  std::size_t num_asked = 0;
  std::vector<std::string> not_begun;
  for (const DatasetEntry& entry : entries) {
    apps::share_stop(ranks, stop);
    if (stop.requested()) {
      not_begun.push_back(entry.name);
      continue;
    }
    const BenchData data = load(entry, options);
    const Protocol protocol = divide(data, options.protocol);
    const std::vector<std::string> models = models_for(data, protocol, options);
    std::vector<QueuedRuns> items = plan(data, protocol, models, options);
    std::size_t num_finished = 0;
    for (QueuedRuns& item : items) {
      num_finished += std::erase_if(
          item.asked, [&](const AskedModel& asked) { return finished.contains(asked.identity.name()); });
    }
    std::erase_if(items, [&](const QueuedRuns& item) {
      if (item.asked.empty()) runs.forget(item);
      return item.asked.empty();
    });
    const std::size_t num_runs = protocol.runs.size() * models.size();
    num_asked += num_runs;
    fmt::print("{}; {}: {} runs", describe(data), protocol.name, num_runs);
    if (num_finished > 0) fmt::print(", {} of them finished before", num_finished);
    fmt::print("\n");
    std::fflush(stdout);
    runs.work_off(items);
  }
  apps::share_stop(ranks, stop);
  apps::leave_to_first(ranks);
  if (!runs.undone().empty() || !not_begun.empty()) {
    say_what_is_left(runs.undone(), not_begun);
    throw apps::Stopped(stop.signal(),
                        fmt::format("{} of {} runs are done, {} holds their records and tables",
                                    num_asked - runs.undone().size() - runs.num_failed(), num_asked,
                                    options.output_dir.string()),
                        apps::Stopped::GoOn::kWithResume);
  }
  runs.finish();
}

void print_list(const BenchOptions& options) {
  fmt::print("data sets in {}\n", data_folder(options).string());
  const std::vector<DatasetEntry> entries = list_datasets(options);
  for (const DatasetEntry& entry : entries) {
    fmt::print("  {:<12} {:<12} {}{}\n", entry.name, entry.kind == DataKind::kTu ? "tu" : "moleculenet",
               entry.path.empty() ? "(not there) " : "", entry.title);
  }
  if (entries.empty()) fmt::print("  none; name their folder with --data-dir or PLSTM_DATASETS\n");
  fmt::print("models\n");
  for (const ModelInfo& model : all_models()) fmt::print("  {:<22} {}\n", model.name, model.description);
}

}  // namespace plstm::bench
