#include <map>
#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/cpu.hpp>
#include <plstm/train/files/model_file.hpp>

#include "apps/mol/mol_program.hpp"
#include "support/data_folders.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(MolProgram, HelpNamesEverySubcommand) {
  const Outcome r = run("--help");
  EXPECT_EQ(r.code, 0);
  for (const char* name : {"train", "predict", "evaluate", "fingerprint", "export", "info", "quickstart"})
    EXPECT_THAT(r.out, HasSubstr(name));
}

TEST_F(MolProgram, HelpOfEverySubcommandShowsAnExampleAndSortsItsFlags) {
  std::vector<std::string> commands;
  for (const std::string& line : lines_of(run("--help").out)) {
    if (std::smatch name; std::regex_search(line, name, std::regex("^  ([a-z]+)  ")))
      commands.push_back(name[1]);
  }
  ASSERT_GE(commands.size(), 8u);
  for (const std::string& command : commands) {
    const std::string help = run(command + " --help").out;
    const std::size_t example = help.find("Example");
    ASSERT_NE(example, std::string::npos) << command;
    EXPECT_THAT(help.substr(example), HasSubstr("plstm-mol " + command)) << command;
    const std::regex flag(" (--?[a-z][a-z-]*)");
    for (std::sregex_iterator it(help.begin() + static_cast<std::ptrdiff_t>(example), help.end(), flag), end;
         it != end; ++it) {
      EXPECT_TRUE(std::regex_search(help.substr(0, example), std::regex((*it)[1].str() + "[ ,]")))
          << command << " has no flag " << (*it)[1];
    }
  }
  const std::string train = run("train --help").out;
  for (const char* group : {"Data:", "Split:", "Training:", "Network:", "Reports and files:"}) {
    EXPECT_THAT(train, HasSubstr(std::string("\n") + group)) << train;
  }
}

TEST_F(MolProgram, TrainFillsTheRunFolder) {
  train(" --ensemble-size 1");
  const auto config = nlohmann::json::parse(read_text(path("run/config.json")));
  EXPECT_EQ(config["epochs"], 3);
  EXPECT_EQ(config["target_columns"], nlohmann::json({"value"}));
  EXPECT_EQ(config["model"]["width"], 16);
  const auto splits = nlohmann::json::parse(read_text(path("run/splits.json")));
  EXPECT_EQ(splits["train"].size(), 24u);
  EXPECT_EQ(splits["test"].size(), 3u);
  const auto metrics = lines_of(read_text(path("run/metrics.csv")));
  ASSERT_EQ(metrics.size(), 4u);
  EXPECT_THAT(metrics[0], HasSubstr("validation_rmse"));
  const auto predictions = lines_of(read_text(path("run/test_predictions.csv")));
  ASSERT_EQ(predictions.size(), 4u);
  EXPECT_EQ(predictions[0], "row,smiles,value_true,value,error");
  EXPECT_TRUE(std::filesystem::exists(path("run/model.safetensors")));
}

TEST_F(MolProgram, TrainSaysWhatItsLossesAre) {
  write_molecules();
  const std::string flags =
      " -o run --hidden-dim 16 --heads 2 --depth 1 --epochs 1 --ensemble-size 1 --no-report";
  EXPECT_THAT(
      run("train -i data.csv --target-columns value" + flags).out,
      HasSubstr("loss: squared error, in squared standard deviations of the target; rmse: in the units of "
                "the target\n"));
  EXPECT_THAT(
      run("train -i data.csv --target-columns value active -t regression classification" + flags).out,
      HasSubstr("loss: squared error, in squared standard deviations of the target; cross-entropy, in "
                "nats\n"));
}

TEST_F(MolProgram, TheLossAsMetricHasOneColumn) {
  train(" --metric loss");
  EXPECT_EQ(lines_of(read_text(path("run/metrics.csv"))).front(),
            "model,epoch,learning_rate,train_loss,validation_loss,best,molecules_per_second,seconds");
  const Outcome r = run("train -i data.csv -o run --target-columns value --task-weights nan" + small());
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("--task-weights has nan"));
}

TEST_F(MolProgram, TheSameSeedGivesTheSameModelForAnyNumberOfThreads) {
  write_molecules();
  for (const char* threads : {"1", "2", "4"}) {
    const std::string flags =
        std::string(" -o run") + threads + " --threads " + threads + " --dropout 0.1 --seed 7";
    ASSERT_EQ(run("train -i data.csv --target-columns value" + small() + flags).code, 0);
  }
  EXPECT_EQ(read_text(path("run1/model.safetensors")), read_text(path("run2/model.safetensors")));
  EXPECT_EQ(read_text(path("run1/model.safetensors")), read_text(path("run4/model.safetensors")));
  EXPECT_EQ(read_text(path("run1/test_predictions.csv")), read_text(path("run4/test_predictions.csv")));
}

TEST_F(MolProgram, TrainsEveryTaskTypeSplitAndLayer) {
  write_molecules("data.csv", true);
  const auto run_with = [&](const std::string& flags) {
    const Outcome r = run("train -i data.csv -o out" + small() + " " + flags);
    EXPECT_EQ(r.code, 0) << flags << "\n" << r.err;
    return r.out;
  };
  EXPECT_THAT(
      run_with(
          "-t classification --target-columns active --baselines --split scaffold --split-sizes 0.8 0.1 0.1"),
      AllOf(HasSubstr("ROC AUC"), HasSubstr("balanced accuracy"), HasSubstr("enrichment at 1 %")));
  EXPECT_THAT(run_with("-t multiclass --target-columns kind --layer node --aggregation sum"),
              HasSubstr("accuracy"));
  EXPECT_THAT(
      run_with("--target-columns value active --metric mae --loss-function absolute_error --orientation bfs"),
      AllOf(HasSubstr("RMSE"), HasSubstr("mean of targets"), HasSubstr("\nactive "), Not(HasSubstr("nan"))));
  EXPECT_THAT(run_with("--target-columns value --baselines"), HasSubstr("ridge on Morgan fingerprints"));
}

// The model remembers that its atoms had values: prediction makes them too, and without them it differs.
TEST_F(MolProgram, AModelKnowsItsAtomValues) {
  train(" --atom-values --neighbours --average-epochs 2");
  EXPECT_THAT(run("info run").out, HasSubstr("physical contributions of atoms"));
  const Outcome file = run("predict -i data.csv --model-paths run -o p.csv");
  ASSERT_EQ(file.code, 0) << file.err;
  const Outcome direct = run("predict CCO --model-paths run");
  EXPECT_EQ(direct.code, 0) << direct.err;
  const nlohmann::json config = nlohmann::json::parse(read_text(path("run/config.json")));
  EXPECT_EQ(config["atom_values"], true);
  EXPECT_EQ(config["average_epochs"], 2);
  EXPECT_EQ(config["model"]["node_value_width"], 5);
  EXPECT_EQ(config["model"]["neighbours"], true);
}

// The model keeps how values of molecules were standardised: it predicts alone what it predicted at the end
// of its training, however many molecules are asked for.
TEST_F(MolProgram, AModelKnowsItsMoleculeValues) {
  train(" --molecule-values");
  EXPECT_THAT(run("info run").out, HasSubstr("descriptors of the whole molecule"));
  const nlohmann::json config = nlohmann::json::parse(read_text(path("run/config.json")));
  EXPECT_EQ(config["molecule_values"], true);
  const auto width = config["model"]["graph_value_width"].get<std::size_t>();
  EXPECT_GT(width, 100u);
  EXPECT_EQ(config["model"]["graph_value_mean"].size(), width);
  const std::vector<std::string> tested = lines_of(read_text(path("run/test_predictions.csv")));
  ASSERT_EQ(tested.size(), 4u);
  for (std::size_t i = 1; i < tested.size(); ++i) {
    const std::size_t smiles = tested[i].find(',') + 1, truth = tested[i].find(',', smiles) + 1;
    const Outcome direct = run("predict --model-paths run --no-intervals --no-domain " +
                               tested[i].substr(smiles, truth - 1 - smiles));
    ASSERT_EQ(direct.code, 0) << direct.err;
    const std::string value = tested[i].substr(tested[i].find(',', truth));  // ",<prediction>,<error>"
    EXPECT_THAT(lines_of(direct.out).at(1), EndsWith(value));
  }
  const Outcome evaluated = run("evaluate -i data.csv --model-paths run --splits-file run/splits.json");
  const auto scores = nlohmann::json::parse(read_text(path("run/test_scores.json")));
  EXPECT_THAT(evaluated.out,
              HasSubstr(std::to_string(scores["pLSTM"]["all"]["rmse"].get<double>()).substr(0, 5)));
}

// Both members stand in one file, so that a second training leaves none of the first.
TEST_F(MolProgram, AnEnsembleIsAveraged) {
  train(" --ensemble-size 1");
  std::filesystem::copy(path("run"), path("first"), std::filesystem::copy_options::recursive);
  train(" --ensemble-size 2");
  write("one.csv", "smiles\nCCO\n");
  const auto value = [&](const std::string& model) {
    const Outcome r = run("predict -i one.csv --model-paths " + model);
    return std::stod(lines_of(r.out).at(1).substr(std::string("1,CCO,,").size()));
  };
  const auto second = load_models(path("run/model.safetensors"));
  ASSERT_EQ(second.size(), 2u);
  save_model(path("second.safetensors"), second[1]);
  EXPECT_EQ(load_model(path("first/model.safetensors")).parameters, second[0].parameters);
  EXPECT_NEAR(value("run"), (value("first") + value("second.safetensors")) / 2, 1e-5);
  EXPECT_NE(value("first"), value("second.safetensors"));
}

TEST_F(MolProgram, ASignalKeepsTheBestModelSoFar) {
  write_molecules();
  const Outcome r = run_and_terminate(
      "train -i data.csv -o run --target-columns value --hidden-dim 16 --heads 2 --depth 1 --epochs 1000000 "
      "--ensemble-size 1",
      "epoch");
  EXPECT_EQ(r.code, 143) << r.err;
  EXPECT_THAT(r.err,
              HasSubstr("stopped by SIGTERM; run/model.safetensors holds the best so far of 1 of 1 models"));
  EXPECT_EQ(run("predict --model-paths run CCO").code, 0);
  EXPECT_EQ(run("evaluate -i data.csv --model-paths run --splits-file run/splits.json").code, 0);
}

// A rerun that fails changes no file of the run before.
TEST_F(MolProgram, AFailedTrainingLeavesTheRunBefore) {
  train(" --ensemble-size 1");
  std::map<std::string, std::string> before;
  for (const auto& entry : std::filesystem::directory_iterator(path("run"))) {
    before[entry.path().filename().string()] = read_text(entry.path());
  }
  ASSERT_EQ(before.count("splits.json"), 1u);
  EXPECT_NE(
      run("train -i data.csv -o run --target-columns value --seed 5 --max-lr 1e30 --grad-clip 1e30" + small())
          .code,
      0);
  for (const auto& [name, text] : before) EXPECT_EQ(read_text(path("run/" + name)), text) << name;
}

TEST_F(MolProgram, TargetsWithALargeOffsetKeepTheirDigits) {
  std::string text = "smiles,energy\n";
  for (int i = 0; i < 20; ++i) {
    text +=
        std::string(static_cast<std::size_t>(i + 1), 'C') + ",-40499.978" + std::to_string(100 + i) + "\n";
  }
  write("data.csv", text);
  ASSERT_EQ(run("train -i data.csv -o run" + small()).code, 0);
  const auto rows = lines_of(read_text(path("run/test_predictions.csv")));
  ASSERT_GE(rows.size(), 2u);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::size_t truth = rows[i].find(",-40499.9781");
    ASSERT_NE(truth, std::string::npos) << rows[i] << " has other digits than the file";
    const double predicted = std::stod(rows[i].substr(rows[i].find(',', truth + 1) + 1));
    EXPECT_NEAR(predicted, -40499.9781, 1e-4) << rows[i];
  }
}

TEST_F(MolProgram, ASplitFromAFileIsUsed) {
  write_molecules();
  write("splits.json", R"({"train": [0,1,2,3,4,5,6,7,8,9], "valid": [10,11], "test": [29, 12]})");
  ASSERT_EQ(run("train -i data.csv -o run --target-columns value --splits-file splits.json" + small()).code,
            0);
  const auto predictions = lines_of(read_text(path("run/test_predictions.csv")));
  ASSERT_EQ(predictions.size(), 3u);
  EXPECT_THAT(predictions[1], StartsWith("30,"));
  EXPECT_THAT(predictions[2], StartsWith("13,"));
}

TEST_F(MolProgram, PredictWritesARowPerMolecule) {
  train();
  write("in.smi", "CCO ethanol\nCCN ethylamine\n");
  const Outcome file = run("predict -i in.smi --model-paths run -o out.csv");
  EXPECT_EQ(file.code, 0) << file.err;
  const auto rows = lines_of(read_text(path("out.csv")));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0], "row,smiles,id,value,value_low,value_high,similarity,warning,error");
  EXPECT_THAT(rows[1], StartsWith("1,CCO,ethanol,"));
  const Outcome arguments = run("predict --model-paths run CCO CCN");
  EXPECT_EQ(arguments.code, 0) << arguments.err;
  EXPECT_EQ(lines_of(arguments.out).size(), 3u);
}

TEST_F(MolProgram, PredictionsDoNotDependOnHowASmilesIsWritten) {
  train();
  const auto rows = lines_of(run("predict --model-paths run 'OC(C)c1ccccc1' 'c1ccccc1C(O)C'").out);
  ASSERT_EQ(rows.size(), 3u);
  const auto value = [](const std::string& row) { return row.substr(row.find(",,")); };
  EXPECT_EQ(value(rows[1]), value(rows[2]));
}

TEST_F(MolProgram, EvaluateComparesWithMeasuredValues) {
  train();
  const Outcome r =
      run("evaluate -i data.csv --model-paths run --splits-file run/splits.json --part test -o pairs.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("3 molecules, 0 bad rows"));
  // The same rows that training tested.
  const auto scores = nlohmann::json::parse(read_text(path("run/test_scores.json")));
  EXPECT_THAT(r.out, HasSubstr(std::to_string(scores["pLSTM"]["all"]["rmse"].get<double>()).substr(0, 5)));
  EXPECT_EQ(lines_of(read_text(path("pairs.csv"))).size(), 4u);
}

TEST_F(MolProgram, ReadsSdFiles) {
  train();
  std::string sd;
  for (int i = 0; i < 12; ++i) {
    sd += "m" + std::to_string(i) + "\n  made by hand\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n" +
          "    0.0000    0.0000    0.0000 C   0  0\n    1.5000    0.0000    0.0000 O   0  0\n  1  2  1  0\nM "
          " END\n" +
          ">  <value>\n" + std::to_string(i) + "\n\n$$$$\n";
  }
  write("in.sdf", sd);
  const Outcome predicted = run("predict -i in.sdf --model-paths run");
  EXPECT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_EQ(lines_of(predicted.out).size(), 13u);
  const Outcome trained = run("train -i in.sdf -o sdrun --target-columns value" + small());
  EXPECT_EQ(trained.code, 0) << trained.err;
}

TEST_F(MolProgram, InfoSaysInSentencesWhatAModelWasTrainedOn) {
  write_molecules();
  ASSERT_EQ(shell("sed -i '1s/value/solubility [mol\\/L]/' data.csv").code, 0);
  ASSERT_EQ(run("train -i data.csv -o run --target-columns 'solubility [mol/L]' --seed 4 --standardize "
                "--ensemble-size 2" +
                small())
                .code,
            0);
  const Outcome r = run("info run");
  EXPECT_EQ(r.code, 0) << r.err;
  for (const char* part :
       {"run is the folder of a training.", "It was trained on data.csv (30 rows) by plstm-mol ",
        ", and finished on ", "The seed was 4.", "The SHA-256 of the data is ", "24 rows were learnt from",
        "3 rows were tested (split: random)",
        "It predicts solubility [mol/L]: a number in mol/L (regression), with the mean ",
        "  pLSTM: ", "rmse ", "  ridge on Morgan fingerprints: ",
        "Molecules are standardised before it reads them: cleanup, fragment, charges.",
        "The networks read atoms, bonds", "It has 2 networks of ", "width 16", "which makes ",
        "It says how sure it is", "It has learnt from molecules of "}) {
    EXPECT_THAT(r.out, HasSubstr(part));
  }
  const auto json = nlohmann::json::parse(run("info run --json").out);
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0]["run"]["data"]["rows"], 30);
  EXPECT_EQ(json[0]["run"]["rows"]["train"], 24);
  EXPECT_TRUE(json[0]["run"]["scores"]["pLSTM"]["all"]["rmse"].is_number());
  EXPECT_EQ(json[0]["targets"][0]["unit"], "mol/L");
  EXPECT_EQ(json[0]["features"]["standardize"], nlohmann::json({"cleanup", "fragment", "charges"}));
  EXPECT_EQ(json[0]["networks"].size(), 2u);
  EXPECT_EQ(json[0]["networks"][0]["config"]["width"], 16);
}

TEST_F(MolProgram, InfoSaysWhatSeveralTrainingsKnowTogether) {
  train(" --folds 2 --ensemble-size 1 --no-report");
  const Outcome r = run("info run");
  EXPECT_EQ(r.code, 0) << r.err;
  for (const char* part : {"It has 2 trainings", "It has 2 networks of ",
                           "Each training says how sure it is, but their mean does not",
                           "some of which may be in several trainings"}) {
    EXPECT_THAT(r.out, HasSubstr(part));
  }
  const auto json = nlohmann::json::parse(run("info run --json").out);
  EXPECT_EQ(json[0]["run"]["parts"].size(), 2u);
  EXPECT_FALSE(json[0].contains("calibration"));
}

TEST_F(MolProgram, InfoSaysWhatASingleFileDoesNotKnow) {
  train(" --ensemble-size 1 --no-companion --split-sizes 0.9 0.1 0");
  const Outcome file = run("info run/model.safetensors");
  EXPECT_EQ(file.code, 0) << file.err;
  EXPECT_THAT(file.out, AllOf(HasSubstr("does not say from which data it was trained"),
                              HasSubstr("It has 1 network of "), HasSubstr("No kernel regression"),
                              HasSubstr("without standardising")));
  EXPECT_THAT(run("info run").out, HasSubstr("It has no scores, as there were no test rows."));
  const auto json = nlohmann::json::parse(run("info run/model.safetensors run --json").out);
  ASSERT_EQ(json.size(), 2u);
  EXPECT_TRUE(json[0]["run"].is_null());
  EXPECT_EQ(json[1]["run"]["scores"], nlohmann::json::object());
}

TEST_F(MolProgram, QuickstartTrainsTestsAndPredictsAlsoAfterAStop) {
  if (!rdkit_data_dir()) GTEST_SKIP() << "the files of rdkit-data are not installed";
  const std::string command = "quickstart -o qs --epochs 1 CCO";
  const Outcome stopped = run_and_terminate(command, "epoch 1/1");
  ASSERT_EQ(stopped.code, 143) << stopped.err;
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("stopped by SIGTERM; "), HasSubstr(command + " --resume\n")));
  const Outcome r = run(command + " --resume");
  EXPECT_EQ(r.code, 0) << r.err;
  for (const char* part : {"goes on after epoch 1", "1017 molecules", "pLSTM", "mean of training set",
                           "ridge on Morgan fingerprints", "  CCO\n"}) {
    EXPECT_THAT(r.out, HasSubstr(part));
  }
  const Outcome again = run(command + " --resume");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, AllOf(HasSubstr("qs: this run is finished already"), HasSubstr("  CCO\n")));
}

TEST_F(MolProgram, PredictsWithThePrecisionOfTheTraining) {
  if (bfloat16_products() == Bfloat16Products::kNone)
    GTEST_SKIP() << "this processor has no bfloat16 products";
  train(" --precision bfloat16");
  EXPECT_EQ(nlohmann::json::parse(read_text(path("run/config.json")))["precision"], "bfloat16");
  EXPECT_THAT(run("info run").out, HasSubstr("products are computed in bfloat16"));
  const std::string predict = "predict --model-paths run CCO CCCN";
  const std::string trained = run(predict).out;
  EXPECT_EQ(run(predict + " --precision bfloat16").out, trained);
  EXPECT_NE(run(predict + " --precision float").out, trained);
  const std::string evaluate = "evaluate -i data.csv --model-paths run";
  EXPECT_EQ(run(evaluate + " --precision float").code, 0);
}

// One table of settings serves both programs.
TEST_F(MolProgram, WithoutFlagsItTrainsWhatTheBenchmarksDo) {
  write_molecules();
  ASSERT_EQ(run("train -i data.csv -o run --target-columns value --epochs 1 --quiet").code, 0);
  const nlohmann::json config = nlohmann::json::parse(read_text(path("run/config.json")));
  EXPECT_EQ(config["companion"], true);
  const std::string bench = (std::filesystem::path(PLSTM_MOL).parent_path() / "plstm-bench").string();
  const Outcome r = shell("'" + bench + "' moleculenet -d data --data-dir . --target-columns value " +
                          "--split random --seeds 1 --epochs 1 -o bench");
  ASSERT_EQ(r.code, 0) << r.err;
  int compared = 0;
  const nlohmann::json results = nlohmann::json::parse(read_text(path("bench/results.json")));
  for (const nlohmann::json& cell : results["cells"]) {
    if (cell["model"] != "plstm+companion") continue;
    for (const auto& [name, value] : cell["settings"].items()) {
      if (name == "beta1" || name == "beta2") continue;  // of which plstm-mol has no flags
      const std::string own = name == "members" ? "ensemble_size" : name;
      const nlohmann::json& here = config.contains(own) ? config[own] : config["model"][own];
      EXPECT_EQ(here, value) << name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 25) << r.out;
}

}  // namespace
}  // namespace plstm::test
