#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "mol/commands.hpp"
#include "print_result.hpp"
#include "train_flags.hpp"
#include "training_run.hpp"

namespace plstm::mol {

void add_train_command(CLI::App& program, Command& command, const std::string& command_line) {
  CLI::App* app = program.add_subcommand("train", "Train a model on a file of molecules");
  auto options = std::make_shared<RunOptions>();
  options->command = command_line;
  const std::function<void()> resolve = add_train_flags(*app, *options);
  app->footer(
      "Example: plstm-mol train -i measured.csv -o run --smiles-columns smiles --target-columns logD --split "
      "scaffold\n"
      "Without --target-columns all columns but SMILES and id are learnt. The folder then holds the model, "
      "its scores, the predictions of the test rows and report.html.");
  app->callback([options, resolve, &command] {
    command = [options, resolve](const Ranks& ranks) {
      resolve();
      options->ranks = ranks;
      print_result(run_training(*options), options->output_dir);
    };
  });
}

}  // namespace plstm::mol
