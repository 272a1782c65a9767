// plstm-bench: models on benchmark data sets, by fixed protocols.
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "experiment.hpp"
#include "flags.hpp"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

int report(const std::exception& error, int code) {
  std::fflush(stdout);
  fmt::print(stderr, "plstm-bench: error: {}\n", error.what());
  return code;
}

int run(int argc, char** argv) {
  using plstm::bench::BenchOptions;
  using plstm::bench::DataKind;
  CLI::App program("pLSTM and baselines on benchmark data sets.", "plstm-bench");
  program.set_version_flag("--version", PLSTM_VERSION);
  program.require_subcommand(0, 1);
  BenchOptions listing;
  bool list = false;
  program.add_flag("--list", list, "show the data sets that are found, and the models");
  plstm::bench::add_data_flags(program, listing);

  BenchOptions tu_options;
  CLI::App* tu = program.add_subcommand("tu", "Sets of graphs in the text format of the TU collection");
  plstm::bench::add_experiment_flags(*tu, tu_options);
#ifdef PLSTM_BENCH_WITH_CHEM
  BenchOptions molecule_options;
  molecule_options.kind = DataKind::kMolecules;
  CLI::App* molecules =
      program.add_subcommand("moleculenet", "CSV files of SMILES and labels, as in MoleculeNet");
  plstm::bench::add_experiment_flags(*molecules, molecule_options);
#else
  CLI::App* molecules = program.add_subcommand("moleculenet", "Not in this build, which is without RDKit");
  molecules->allow_extras();
#endif
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    fmt::print(stderr, "plstm-bench: error: {}; see plstm-bench --help\n", error.what());
    return kUsage;
  }
  if (molecules->parsed()) {
#ifdef PLSTM_BENCH_WITH_CHEM
    plstm::bench::run_experiment(molecule_options);
#else
    throw plstm::ConfigError("this build is without RDKit and cannot read molecules");
#endif
  } else if (tu->parsed()) {
    plstm::bench::run_experiment(tu_options);
  } else if (list) {
    plstm::bench::print_list(listing);
  } else {
    throw plstm::ConfigError("nothing to do: name tu, moleculenet or --list; see plstm-bench --help");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const plstm::ConfigError& error) {
    return report(error, kUsage);
  } catch (const std::exception& error) {
    return report(error, kFailure);
  }
}
