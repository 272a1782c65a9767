#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <plstm/learn/tuning/tune.hpp>

#include "mol/commands.hpp"
#include "mol/train/print_result.hpp"
#include "mol/train/train_flags.hpp"
#include "tuning_run.hpp"

namespace plstm::mol {

void add_tune_command(CLI::App& program, Command& command, const std::string& command_line) {
  CLI::App* app =
      program.add_subcommand("tune", "Search settings by cross-validation, and train with the best");
  auto options = std::make_shared<RunOptions>();
  auto search = std::make_shared<SearchOptions>();
  options->command = command_line;
  app->option_defaults()->group("Search");
  app->add_option("--minutes", search->minutes,
                  "time for the search, without the training that follows it (0: no limit)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app->add_option(
         "--trials", search->candidates,
         "settings to try, of which the first are those that train would take (default: 16, or as many as "
         "--minutes are enough for)")
      ->check(CLI::Range(1, TuneOptions::kMostCandidates));
  app->add_option(
         "--search-folds", search->folds,
         "parts of the training and validation rows for the cross-validation; test rows are never looked at")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
  const std::function<void()> resolve = add_train_flags(*app, *options);
  app->footer(
      "Successive halving: all settings are judged on one fold, and the best third of them on further ones. "
      "What "
      "you give as a flag (--max-lr, --weight-decay, --dropout, --batch-size, --hidden-dim, --depth) is not "
      "searched. "
      "The folder then holds what plstm-mol train writes, and tuning.csv.\n\n"
      "Example: plstm-mol tune -i measured.csv -o run --target-columns logD --split scaffold --minutes 10");
  app->callback([app, options, search, resolve, &command] {
    const auto is_free = [app](const char* flag) { return app->count(flag) == 0; };
    search->space = {is_free("--max-lr"),     is_free("--weight-decay"), is_free("--dropout"),
                     is_free("--batch-size"), is_free("--hidden-dim"),   is_free("--depth")};
    command = [options, search, resolve] {
      resolve();
      print_result(run_tuning(*options, *search), options->output_dir);
    };
  });
}

}  // namespace plstm::mol
