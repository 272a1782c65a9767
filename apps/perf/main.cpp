// plstm-perf: measures the figures by which the library is judged, and the machine's own peaks in the same run.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/parallel.hpp>

#include "section.hpp"
#include "support/terminal/program.hpp"

namespace plstm::perf {
namespace {

// The molecules of the training figures: the first ones of this file that parse and have a bond.
constexpr const char* kMolecules = "Data/NCI/first_5K.smi";
constexpr std::size_t kMoleculeCount = 4110;

struct Options {
  std::filesystem::path json, graphs;
  std::vector<std::string> only;
  int threads = 0;
  BigGraphSize big_graph;
  bool quick = false;
  bool smoke = false;
  bool list = false;
};

std::vector<Section> all_sections() {
  return {machine_section(), training_section(),   preparation_section(), prediction_section(),
          grid_section(),    large_grid_section(), big_graph_section(),   grid_operator_section(),
          chain_section(),   growth_section(),     sequence_section(),    vision_section(),
          ranks_section()};
}

void print_list(const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    fmt::print("{}: {}\n", section.name, section.what);
    for (const Key& key : section.keys) fmt::print("  {:<44} {:<16} {}\n", key.name, key.unit, key.meaning);
  }
}

// The sections that the user asked for, and the machine's peaks in any case.
std::vector<Section> chosen(std::vector<Section> sections, const std::vector<std::string>& only) {
  if (only.empty()) return sections;
  std::erase_if(sections, [&](const Section& section) {
    return section.name != "machine" && std::ranges::find(only, section.name) == only.end();
  });
  return sections;
}

bench::MoleculeSet molecules(const Options& options, Scale scale) {
  const bench::MoleculeFilter filter{scale == Scale::kSmoke ? 2 * bench::kBatchSize : kMoleculeCount, 1};
  bench::MoleculeSet set = options.graphs.empty() ? bench::rdkit_molecules(kMolecules, filter, kMoleculeCount)
                                                  : bench::molecules_of_graph_file(options.graphs, filter);
  fmt::print("{} molecules: {}\n", set.graphs.size(), set.source);
  if (options.graphs.empty() && set.smiles.empty()) {
    fmt::print("(without RDKit and its {}; plstm-mol export and --graphs bring real ones)\n", kMolecules);
  }
  return set;
}

void run(const Options& options, const Ranks& ranks) {
  if (ranks.size() > 1 && options.only != std::vector<std::string>{"ranks"}) {
    throw ConfigError("mpirun has started several processes; they can measure --only ranks");
  }
  if (options.threads < 0) throw ConfigError("--threads must be 0 (all) or more");
  const std::vector<Section> sections = chosen(all_sections(), options.only);
  std::optional<AtomicFile> file;
  if (!options.json.empty() && ranks.is_first()) file.emplace(options.json);
  const ThreadLimit limit(options.threads);
  Context context;
  context.scale = options.smoke ? Scale::kSmoke : options.quick ? Scale::kQuick : Scale::kFull;
  context.threads = num_threads();
  context.ranks = ranks;
  context.big_graph = options.big_graph;
  if (std::ranges::any_of(sections, &Section::needs_molecules)) {
    context.molecules = molecules(options, context.scale);
  }
  context.peaks = measure_peaks(context.scale);
  {
    const ThreadLimit one(1);
    context.peaks_one_thread = measure_peaks(context.scale);
  }
  Report report;
  for (const Section& section : sections) {
    report.begin(section.name + ": " + section.what, section.keys);
    section.run(context, report);
  }
  if (!file.has_value()) return;
  file->stream() << report.json() << '\n';
  file->commit();
  fmt::print("\nwritten to {}\n", options.json.string());
}

int main(int argc, char** argv) {
  const std::vector<Section> sections = all_sections();
  std::vector<std::string> names;
  for (const Section& section : sections) names.push_back(section.name);
  Options options;
  CLI::App app("Measures what plstm is judged by, beside the peaks of this machine.", "plstm-perf");
  app.add_option("--json", options.json,
                 "file for the figures: one JSON object with a key for each; see --list");
  app.add_option("--threads", options.threads, "number of threads (0: all cores)")->capture_default_str();
  app.add_option("--graphs", options.graphs, "graph file with the molecules (plstm-mol export writes one)");
  app.add_option("--only", options.only, "sections to run, separated by commas; machine is always run")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  app.add_option("--nodes", options.big_graph.nodes, "nodes of the graph of big_graph (0: as many as usual)")
      ->check(CLI::Range(0, 100'000'000))
      ->capture_default_str();
  app.add_option("--degree", options.big_graph.degree, "edges into a node of this graph")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  CLI::Option* quick =
      app.add_flag("--quick", options.quick, "use smaller inputs; takes less than a minute on two cores");
  app.add_flag("--smoke", options.smoke, "use tiny inputs: everything runs, but the figures mean nothing")
      ->excludes(quick);
  app.add_flag("--list", options.list, "list sections and keys with their units, and stop");
  return apps::run_program(app, argc, argv, [&](const Ranks& ranks) {
    options.list ? print_list(sections) : run(options, ranks);
  });
}

}  // namespace
}  // namespace plstm::perf

int main(int argc, char** argv) {
  return plstm::perf::main(argc, argv);
}
