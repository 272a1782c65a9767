#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "commands.hpp"
#include "training_run.hpp"

namespace plstm::mol {
namespace {

// Settings that are names on the command line and enumerators in the program.
struct Names {
  std::string task = "regression";
  std::string metric, loss;
  Index depth = 2;
  std::string layer = "edge";
  std::string pooling = "mean";
  std::string orientation = "canonical";
  std::string precision = "float";
};

void add_data_flags(CLI::App& app, RunOptions& o, Names& names) {
  app.add_option("-i,--data-path", o.input.path, "CSV, TSV, SMI or SD file")->required();
  app.add_option("-o,--output-dir", o.output_dir, "folder for the model and the records of the run")
      ->required();
  add_input_options(app, o.input, true);
  app.add_option("-t,--task-type", names.task, "kind of targets")
      ->check(CLI::IsMember({"regression", "classification", "multiclass"}))
      ->capture_default_str();
  app.add_option("--multiclass-num-classes", o.classes,
                 "number of classes of a multiclass task (default: from the labels)");
  app.add_option("--split,--split-type", o.split, "how rows are divided")
      ->check(CLI::IsMember({"random", "scaffold"}))
      ->capture_default_str();
  app.add_option("--split-sizes", o.split_sizes, "fractions for training, validation, test")
      ->expected(3)
      ->capture_default_str();
  app.add_option("--splits-file", o.splits_file, "JSON file with the rows of each part, counted from 0");
}

void add_training_flags(CLI::App& app, RunOptions& o, Names& names) {
  TrainOptions& t = o.training;
  app.add_option("--epochs", t.epochs, "passes over the training set")->capture_default_str();
  app.add_option("--batch-size", t.batch_size, "molecules per step")->capture_default_str();
  app.add_option("--patience", t.patience, "epochs without improvement before stopping (0: never)")
      ->capture_default_str();
  app.add_option("--seed,--data-seed", t.seed, "seed of split, first values, batches and dropout")
      ->capture_default_str();
  app.add_option("--ensemble-size", o.ensemble_size, "number of models to train and average")
      ->capture_default_str();
  app.add_option("--threads", o.threads, "number of threads (0: all cores); does not change results")
      ->capture_default_str();
  app.add_option("--max-lr", t.learning_rate, "learning rate after warm-up")->capture_default_str();
  app.add_option("--warmup-epochs", t.warmup_epochs, "epochs of rising learning rate")->capture_default_str();
  app.add_option("--weight-decay", t.adamw.weight_decay, "AdamW's decoupled decay")->capture_default_str();
  app.add_option("--average-epochs", t.average_epochs,
                 "number of epochs over which parameters are averaged (0: no average)")
      ->capture_default_str();
  app.add_option("--grad-clip", t.clip_norm, "largest norm of a gradient")->capture_default_str();
  app.add_option("--precision", names.precision,
                 "precision of products; bfloat16 is faster, and needs AMX or AVX-512 BF16")
      ->check(CLI::IsMember({"float", "bfloat16"}))
      ->capture_default_str();
  app.add_option("--metric", names.metric,
                 "metric that chooses the epoch (default: rmse, roc_auc or accuracy)");
  app.add_option("--loss-function", names.loss,
                 "loss: squared_error, absolute_error, ... (default: that of the task)");
}

void add_model_flags(CLI::App& app, RunOptions& o, Names& names) {
  GraphModelConfig& m = o.model;
  app.add_option("--hidden-dim", m.width, "width D of the node states")->capture_default_str();
  app.add_option("--heads", m.heads, "heads H")->capture_default_str();
  app.add_option("--depth", names.depth, "PD blocks, every second one on the reversed graph")
      ->capture_default_str();
  app.add_option("--dropout", m.dropout, "dropout on the output of each branch")->capture_default_str();
  app.add_option("--drop-path", m.drop_path,
                 "probability of dropping a whole branch in the last block; less in earlier ones")
      ->capture_default_str();
  app.add_option("--layer", names.layer, "gates from bonds or from atoms alone")
      ->check(CLI::IsMember({"edge", "node"}))
      ->capture_default_str();
  app.add_option("--aggregation", names.pooling, "how the atoms of a molecule are pooled")
      ->check(CLI::IsMember({"mean", "sum", "max"}))
      ->capture_default_str();
  app.add_flag("--neighbours", m.neighbours, "let blocks also read the neighbours of each atom");
  app.add_option("--orientation", names.orientation,
                 "order of atoms that directs the bonds: canonical, input, bfs, dfs")
      ->capture_default_str();
  app.add_flag("--atom-values", o.featurize.atom_values,
               "add physical contributions of each atom (Crippen, TPSA, Labute, Gasteiger) to its features");
  app.add_flag("--molecule-values", o.featurize.molecule_values,
               "add descriptors of whole molecules (logP, surfaces, counts, shape) to the pooled atoms");
}

void resolve(const Names& names, RunOptions& o) {
  o.task = parse_task_type(names.task);
  if (!names.metric.empty()) o.metric = parse_metric(names.metric);
  if (!names.loss.empty()) o.loss = parse_loss(names.loss);
  o.model.blocks = pd_blocks(names.depth);
  o.model.layer = names.layer == "node" ? StmLayerKind::kNode : StmLayerKind::kEdge;
  o.model.pooling = names.pooling == "sum"   ? Pooling::kSum
                    : names.pooling == "max" ? Pooling::kMax
                                             : Pooling::kMean;
  o.featurize.orientation = bond_orientation(names.orientation);
  o.training.precision = parse_precision(names.precision);
}

}  // namespace

void add_train_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("train", "Train a model on a file of molecules");
  auto options = std::make_shared<RunOptions>(default_run_options());
  auto names = std::make_shared<Names>();
  add_data_flags(*app, *options, *names);
  add_training_flags(*app, *options, *names);
  add_model_flags(*app, *options, *names);
  app->add_flag("--baselines", options->baselines,
                "also test the mean and ridge regression on Morgan fingerprints");
  app->add_flag("--quiet", options->quiet, "print no line per epoch");
  app->callback([options, names, &command] {
    command = [options, names] {
      resolve(*names, *options);
      const RunResult result = run_training(*options);
      if (!result.test.empty()) fmt::print("test\n{}", format_table(options->task, result.test));
      fmt::print("written to {}\n", options->output_dir.string());
    };
  });
}

}  // namespace plstm::mol
