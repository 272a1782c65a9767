#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/installation.hpp>
#include <plstm/data/files/csv.hpp>

#include "commands.hpp"
#include "mol/train/training_run.hpp"
#include "support/resume.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

struct QuickstartOptions {
  fs::path output_dir = "plstm-quickstart";
  std::int64_t epochs = 0;  // 0: the default of the run
  int threads = 0;
  apps::ResumeOptions resume;
  std::vector<std::string> smiles;
};

fs::path data_folder() {
  const fs::path data = fs::path("Contrib") / "FreeWilson" / "data";
  if (const char* base = std::getenv("RDBASE"); base != nullptr && *base != '\0') return base / data;
  return find_in_installation("share/RDKit" / data).value_or("/usr/share/RDKit" / data);
}

std::ifstream open(const fs::path& path) {
  std::ifstream stream(path);
  if (!stream) {
    throw FileError(path.string() +
                    ": cannot be read; install the Debian package rdkit-data, or set RDBASE to a folder "
                    "that holds RDKit's Contrib");
  }
  return stream;
}

// Joins the structures and the measured activities (-log10 molar) of CHEMBL2321810 by compound id.
void write_joined_data(const fs::path& path) {
  const fs::path activities_path = data_folder() / "CHEMBL2321810_act.csv";
  const fs::path structures_path = data_folder() / "CHEMBL2321810.smi";
  std::ifstream activities_stream = open(activities_path);
  std::ifstream structures_stream = open(structures_path);
  CsvReader activities(activities_stream, activities_path.string());
  CsvReader structures(structures_stream, structures_path.string(), {' ', false});
  const std::size_t id_column = activities.column("Name");
  const std::size_t value_column = activities.column("Act");
  std::unordered_map<std::string, std::string> activity;
  CsvRow row;
  while (activities.next(row)) {
    if (row.problem.empty()) activity[row.fields[id_column]] = row.fields[value_column];
  }
  apps::make_folder(path.parent_path());
  AtomicFile file(path);
  write_csv_row(file.stream(), std::vector<std::string>{"smiles", "id", "activity"});
  while (structures.next(row)) {
    if (row.fields.size() < 2) continue;
    const auto found = activity.find(row.fields[1]);
    if (found != activity.end()) {
      write_csv_row(file.stream(), std::vector<std::string>{row.fields[0], row.fields[1], found->second});
    }
  }
  file.commit();
}

void run(const QuickstartOptions& options) {
  const fs::path data = options.output_dir / "CHEMBL2321810.csv";
  write_joined_data(data);
  fmt::print("measured activities of CHEMBL2321810 (-log10 molar), joined in {}\n", data.string());
  RunOptions run;
  run.input.path = data;
  run.input.id_column = "id";
  run.input.target_columns = {"activity"};
  run.output_dir = options.output_dir;
  run.threads = options.threads;
  run.resume = options.resume;
  if (options.epochs > 0) {
    run.changes.emplace_back([epochs = options.epochs](Settings& s) { s.training.epochs = epochs; });
  }
  const RunResult result = run_training(run);
  if (result.was_finished) {
    fmt::print("{}: this run is finished already\n", options.output_dir.string());
  } else {
    fmt::print("\ntest set\n{}", format_table(result.metrics, result.test));
  }

  std::vector<std::string> smiles = options.smiles;
  if (smiles.empty()) smiles = {"O=S(=O)(Nc1nccs1)c1ccc(Oc2ccccc2)c(C#N)c1", "CCO"};
  const auto predictor = MoleculePredictor::load(options.output_dir);
  const std::vector<MoleculePrediction> predictions = predictor.predict(smiles);
  fmt::print("\npredicted activity\n");
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    if (predictions[i]) {
      fmt::print("{:8.3f}  {}\n", predictions[i].values[0], smiles[i]);
    } else {
      fmt::print("{:>8}  {}\n", "-", predictions[i].error);
    }
  }
  fmt::print("\nmodel and records of the run: {}\n", options.output_dir.string());
}

}  // namespace

void add_quickstart_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("quickstart", "Train on the data that rdkit-data ships, test, and predict");
  auto options = std::make_shared<QuickstartOptions>();
  app->add_option("-o,--output-dir", options->output_dir, "folder for the run")->capture_default_str();
  app->add_option("--epochs", options->epochs, "passes over the training set");
  app->add_option("--threads", options->threads, "number of threads (0: all cores)")->capture_default_str();
  apps::add_resume_flags(*app, options->resume);
  app->add_option("smiles", options->smiles, "SMILES to predict at the end");
  app->footer("Example: plstm-mol quickstart -o quickstart \"CC(=O)Oc1ccccc1\"");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
