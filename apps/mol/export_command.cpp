#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/reader.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/graph_file.hpp>

#include "commands.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

constexpr std::size_t kChunkSize = 4096;
constexpr std::int64_t kRowsNamed = 10;

struct ExportOptions {
  InputOptions input;
  std::filesystem::path output;
  std::string orientation = "canonical";
  bool atom_values = false;
  StandardizeFlags standardize;
  std::int64_t max_molecules = std::numeric_limits<std::int64_t>::max();
  std::int32_t min_bonds = 0;
  int threads = 0;
};

struct Skipped {
  std::int64_t bad = 0;    // rows that cannot be read
  std::int64_t small = 0;  // molecules with too few bonds
};

// Whether the set takes the molecule; a bad row is counted and named on stderr, as long as there are few.
bool take(const MoleculeRecord& record, const ExportOptions& options, Skipped& skipped) {
  if (!record.error.empty()) {
    if (++skipped.bad <= kRowsNamed) {
      fmt::print(stderr, "plstm-mol: row {} (line {}) is skipped: {}\n", record.row, record.line,
                 record.error);
    } else if (skipped.bad == kRowsNamed + 1) {
      fmt::print(stderr, "plstm-mol: further rows are skipped without a line here\n");
    }
    return false;
  }
  if (record.graph.dag.num_edges() < options.min_bonds) {
    ++skipped.small;
    return false;
  }
  return true;
}

GraphSet read(const ExportOptions& options, Skipped& skipped) {
  FeaturizeOptions featurize;
  featurize.orientation = bond_orientation(options.orientation);
  featurize.atom_values = options.atom_values;
  options.standardize.apply(featurize);
  MoleculeReader reader(options.input.path, reader_options(options.input, featurize));
  GraphSet set;
  set.node_vocabulary_sizes = vocabulary_sizes(atom_columns());
  set.edge_vocabulary_sizes = vocabulary_sizes(bond_columns());
  if (options.atom_values) set.node_value_width = static_cast<std::int32_t>(atom_value_names().size());
  set.label_names = reader.target_names();
  const auto full = [&] { return static_cast<std::int64_t>(set.graphs.size()) == options.max_molecules; };
  while (!full()) {
    std::vector<MoleculeRecord> records = reader.next_chunk(kChunkSize);
    if (records.empty()) break;
    for (MoleculeRecord& record : records) {
      if (full()) break;
      if (!take(record, options, skipped)) continue;
      set.labels.insert(set.labels.end(), record.targets.begin(), record.targets.end());
      set.present.insert(set.present.end(), record.present.begin(), record.present.end());
      set.graphs.push_back(std::move(record.graph));
    }
  }
  return set;
}

void run(const ExportOptions& options) {
  if (options.max_molecules < 1) throw ConfigError("export: --max-molecules must be at least 1");
  if (options.min_bonds < 0) throw ConfigError("export: --min-bonds must not be negative");
  check_output(options.output, {&options.input.path, 1});
  const ThreadLimit limit(options.threads);
  Skipped skipped;
  const GraphSet set = read(options, skipped);
  const std::string summary = fmt::format("{} rows that cannot be read, {} molecules with less than {} bonds",
                                          skipped.bad, skipped.small, options.min_bonds);
  if (set.graphs.empty()) {
    throw FileError(fmt::format("{}: has no molecule to export: {}", options.input.path.string(), summary));
  }
  write_graph_file(options.output, set);
  fmt::print(options.output == "-" ? stderr : stdout, "{} graphs written to {}; skipped: {}\n",
             set.graphs.size(), options.output.string(), summary);
}

}  // namespace

void add_export_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("export", "Write the graphs of molecules as a graph file");
  auto options = std::make_shared<ExportOptions>();
  app->add_option("-i,--data-path", options->input.path, "CSV, TSV, SMI or SD file")->required();
  app->add_option("-o,--output", options->output,
                  "graph file to write, compressed if it ends in .gz; - is standard output")
      ->required();
  add_input_options(*app, options->input, true);
  app->add_option("--orientation", options->orientation,
                  "order of atoms that directs the bonds: canonical, input, bfs, dfs")
      ->capture_default_str();
  app->add_flag("--atom-values", options->atom_values, "add physical contributions of each atom");
  add_standardize_flags(*app, options->standardize);
  app->add_option("--max-molecules", options->max_molecules,
                  "largest number of molecules to write (default: all)");
  app->add_option("--min-bonds", options->min_bonds, "leave out molecules with fewer bonds")
      ->capture_default_str();
  app->add_option("--threads", options->threads, "number of threads (0: all cores)")->capture_default_str();
  app->footer("Example: plstm-mol export -i measured.csv -o measured.graphs");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
