#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "mol/commands.hpp"
#include "mol/train/print_result.hpp"
#include "mol/train/train_flags.hpp"
#include "tuning_run.hpp"

namespace plstm::mol {

void add_tune_command(CLI::App& program, Command& command, const std::string& command_line) {
  CLI::App* app =
      program.add_subcommand("tune", "Search settings by cross-validation, and train with the best");
  auto options = std::make_shared<RunOptions>();
  auto search = std::make_shared<apps::SearchOptions>();
  options->command = command_line;
  apps::add_search_flags(*app, *search, "rows");
  const std::function<void()> resolve = add_train_flags(*app, *options);
  app->footer(
      apps::search_text() +
      " The folder then holds what plstm-mol train writes, and tuning.csv.\n\n"
      "Example: plstm-mol tune -i measured.csv -o run --target-columns logD --split scaffold --minutes 10");
  app->callback([app, options, search, resolve, &command] {
    search->space = apps::space_without_flags(*app);
    command = [options, search, resolve] {
      resolve();
      print_result(run_tuning(*options, *search), options->output_dir);
    };
  });
}

}  // namespace plstm::mol
