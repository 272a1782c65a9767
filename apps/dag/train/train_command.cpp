#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "dag/commands.hpp"
#include "print_result.hpp"
#include "train_flags.hpp"
#include "training_run.hpp"

namespace plstm::dag {

void add_train_command(CLI::App& program, Command& command, const std::string& command_line) {
  CLI::App* app = program.add_subcommand("train", "Train a model on graphs with labels");
  auto options = std::make_shared<RunOptions>();
  options->command = command_line;
  const std::function<void()> resolve = add_train_flags(*app, *options);
  app->footer(
      "Example: plstm-dag train -i circuits.jsonl -o run --target-columns delay --separate-test-path "
      "large.jsonl\n"
      "The folder then holds the model, its schema, its scores, the predictions of the test part and "
      "report.html.");
  app->callback([options, resolve, &command] {
    command = [options, resolve](const Ranks& ranks) {
      resolve();
      options->ranks = ranks;
      print_result(run_training(*options), options->output_dir);
    };
  });
}

}  // namespace plstm::dag
