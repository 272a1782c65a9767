#include "training_flags.hpp"

namespace plstm::apps {

void add_training_flags(CLI::App& app, SettingChanges& changes, std::uint64_t& seed, int& threads,
                        std::string& precision, const std::string& unit) {
  app.option_defaults()->group("Training");
  add_change<std::int64_t>(app, changes, "--epochs", "passes over the training set",
                           [](Settings& s, std::int64_t v) { s.training.epochs = v; });
  add_change<std::int64_t>(app, changes, "--batch-size", unit + " per step",
                           [](Settings& s, std::int64_t v) { s.training.batch_size = v; });
  add_change<std::int64_t>(app, changes, "--patience", "epochs without improvement before stopping, 0: never",
                           [](Settings& s, std::int64_t v) { s.training.patience = v; });
  app.add_option("--seed,--data-seed", seed, "seed of split, first values, batches and dropout")
      ->capture_default_str();
  add_change<std::int32_t>(app, changes, "--ensemble-size", "number of models to train and average",
                           [](Settings& s, std::int32_t v) { s.members = v; });
  app.add_option("--threads", threads, "number of threads (0: all cores); does not change results")
      ->capture_default_str();
  add_change<double>(app, changes, "--max-lr", "learning rate after warm-up",
                     [](Settings& s, double v) { s.training.learning_rate = v; });
  add_change<double>(app, changes, "--warmup-epochs", "epochs of rising learning rate",
                     [](Settings& s, double v) { s.training.warmup_epochs = v; });
  add_change<double>(app, changes, "--weight-decay", "AdamW's decoupled decay",
                     [](Settings& s, double v) { s.training.adamw.weight_decay = v; });
  add_change<double>(app, changes, "--average-epochs",
                     "number of epochs over which parameters are averaged, 0: no average",
                     [](Settings& s, double v) { s.training.average_epochs = v; });
  add_change<double>(app, changes, "--grad-clip", "largest norm of a gradient",
                     [](Settings& s, double v) { s.training.clip_norm = v; });
  app.add_option("--precision", precision,
                 "precision of products; bfloat16 is faster, and needs AMX or AVX-512 BF16")
      ->check(CLI::IsMember({"float", "bfloat16"}))
      ->capture_default_str();
}

void add_reading_flags(CLI::App& app, SettingChanges& changes, const std::string& pooling,
                       const std::string& node) {
  const std::string recommended = " (default: as recommended for task and size of the data)";
  app.add_option_function<std::string>(
         "--aggregation",
         [&changes](const std::string& text) {
           const Pooling kind = parse_named(kPoolingNames, "aggregation", text);
           changes.emplace_back([kind](Settings& s) { s.model.pooling = kind; });
         },
         pooling + recommended)
      ->check(CLI::IsMember(names_of(kPoolingNames)));
  app.add_flag_function(
      "--neighbours,!--no-neighbours",
      [&changes](std::int64_t count) {
        changes.emplace_back([count](Settings& s) { stm_body(s.model).neighbours = count > 0; });
      },
      "blocks that also read the neighbours of each " + node + recommended);
}

}  // namespace plstm::apps
