// plstm-bench: models on benchmark data sets, by fixed protocols.
#include <CLI/CLI.hpp>

#include <plstm/core/error.hpp>

#include "dags/dag_experiment.hpp"
#include "experiment.hpp"
#include "flags.hpp"
#include "support/rank_roles.hpp"
#include "support/terminal/program.hpp"

int main(int argc, char** argv) {
  using plstm::bench::BenchOptions;
  using plstm::bench::DataKind;
  CLI::App program("pLSTM and baselines on benchmark data sets.", "plstm-bench");
  program.require_subcommand(0, 1);
  BenchOptions listing;
  bool list = false;
  program.add_flag("--list", list, "show the data sets that are found, and the models");
  plstm::bench::add_data_flags(program, listing);

  BenchOptions tu_options;
  CLI::App* tu = program.add_subcommand("tu", "Sets of graphs in the text format of the TU collection");
  plstm::bench::add_experiment_flags(*tu, tu_options);
  plstm::bench::DagBenchOptions dag_options;
  CLI::App* dag = program.add_subcommand("dag", "Circuits, architectures, workflows and formulas");
  plstm::bench::add_dag_flags(*dag, dag_options);
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
  // The flags of the data may also stand before the sub-command.
  const auto with_data_flags = [&](BenchOptions& options) -> BenchOptions& {
    if (options.data_dir.empty()) options.data_dir = listing.data_dir;
    if (options.manifest.empty()) options.manifest = listing.manifest;
    return options;
  };
  const auto command = [&](const plstm::Ranks& ranks) {
    if (molecules->parsed()) {
#ifdef PLSTM_BENCH_WITH_CHEM
      molecule_options.ranks = ranks;
      plstm::bench::run_experiment(with_data_flags(molecule_options));
#else
      throw plstm::ConfigError("this build is without RDKit and cannot read molecules");
#endif
    } else if (tu->parsed()) {
      tu_options.ranks = ranks;
      plstm::bench::run_experiment(with_data_flags(tu_options));
    } else if (dag->parsed()) {
      if (dag_options.data.data_dir.empty()) dag_options.data.data_dir = listing.data_dir;
      dag_options.ranks = ranks;
      plstm::bench::run_dag_experiment(dag_options);
    } else if (list) {
      plstm::apps::leave_to_first(ranks);
      plstm::bench::print_list(listing);
    } else {
      throw plstm::ConfigError("nothing to do: name tu, dag, moleculenet or --list; see plstm-bench --help");
    }
  };
  return plstm::apps::run_program(program, argc, argv, command);
}
