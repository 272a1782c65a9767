#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "dag/commands.hpp"
#include "dag/train/print_result.hpp"
#include "dag/train/train_flags.hpp"
#include "tuning_run.hpp"

namespace plstm::dag {

void add_tune_command(CLI::App& program, Command& command, const std::string& command_line) {
  CLI::App* app =
      program.add_subcommand("tune", "Search settings by cross-validation, and train with the best");
  auto options = std::make_shared<RunOptions>();
  auto search = std::make_shared<apps::SearchOptions>();
  options->command = command_line;
  apps::add_search_flags(*app, *search, "graphs");
  const std::function<void()> resolve = add_train_flags(*app, *options);
  app->footer(apps::search_text() +
              " Neither are --blocks. The folder then holds what plstm-dag train writes, and tuning.csv.\n\n"
              "Example: plstm-dag tune -i circuits.jsonl -o run --target-columns delay --minutes 10");
  app->callback([app, options, search, resolve, &command] {
    search->space = apps::space_without_flags(*app);
    search->space.depth = search->space.depth && app->count("--blocks") == 0;
    command = [options, search, resolve] {
      resolve();
      print_result(run_tuning(*options, *search), options->output_dir);
    };
  });
}

}  // namespace plstm::dag
