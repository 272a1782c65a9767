// plstm-bench on small files of molecules that a test writes.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;

class BenchMolecules : public Program {
 protected:
  BenchMolecules() : Program(PLSTM_BENCH) {}

  /// Forty chains on four rings: whether there is nitrogen in the chain (missing now and then), and its
  /// length.
  void write_molecules(const std::string& name) const {
    const std::string rings[] = {"c1ccccc1", "C1CCCCC1", "c1ccncc1", "C1CCCC1"};
    std::string text = "smiles,amine,length\n";
    for (int i = 0; i < 40; ++i) {
      const bool amine = i / 4 % 2 == 0;
      const int length = 1 + i % 7;
      text += rings[i % 4] + std::string(static_cast<std::size_t>(length), 'C') + (amine ? "N" : "O") + "," +
              (i % 9 == 8 ? "" : std::to_string(amine ? 1 : 0)) + "," + std::to_string(length) + ".25\n";
    }
    write(name, text + "C(,1,2\n");
  }

  static std::string small() {
    return " --data-dir . -o out --width 16 --heads 2 --blocks 1 --epochs 2 --members 1";
  }

  Json cells() const { return Json::parse(read_text(path("out/results.json")))["cells"]; }
};

TEST_F(BenchMolecules, FingerprintsTellAmines) {
  write_molecules("Amines.csv");
  const Outcome r =
      run("moleculenet -d Amines -m plstm,morgan,majority --target-columns amine --seeds 2 --split-sizes 0.5 "
          "0.25 0.25" +
          small());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("Amines: 40 graphs, classification, 1 rows left out; the first says: "),
                           HasSubstr("scaffold 0.5:0.25:0.25: 6 runs")));
  const Json found = cells();
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0]["model"], "majority");
  EXPECT_EQ(found[0]["scores"]["roc_auc"]["test"]["mean"], 0.5);
  EXPECT_EQ(found[1]["model"], "morgan");
  EXPECT_EQ(found[1]["scores"]["roc_auc"]["test"]["mean"], 1.0);
  EXPECT_EQ(found[1]["scores"]["roc_auc"]["test"]["n"], 2);
  EXPECT_EQ(found[2]["settings"]["edge_encoder"], true);
}

TEST_F(BenchMolecules, NumbersByRidgeAndRandomSplits) {
  write_molecules("Lengths.csv");
  const Outcome r =
      run("moleculenet -d Lengths -m morgan,mean --target-columns length --split random --seeds 3" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  const Json found = cells();
  ASSERT_THAT(found, SizeIs(2));
  const double mean = found[0]["scores"]["rmse"]["test"]["mean"];
  EXPECT_LT(found[1]["scores"]["rmse"]["test"]["mean"].get<double>(), mean / 2);
  EXPECT_GT(found[1]["scores"]["rmse"]["test"]["standard_deviation"].get<double>(), 0) << "three splits";
}

TEST_F(BenchMolecules, ACompanionKnowsWhatFewEpochsDoNotTeach) {
  write_molecules("Amines.csv");
  const Outcome r = run(
      "moleculenet -d Amines -m plstm,plstm+companion,mean --target-columns length --split random" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  std::map<std::string, double> error;
  for (const Json& cell : cells()) error[cell["model"]] = cell["scores"]["rmse"]["test"]["mean"];
  EXPECT_LT(error["plstm+companion"], 0.7 * error["mean"]);
  EXPECT_LT(error["plstm+companion"], error["plstm"]);
}

// What plstm-mol trains, where there are enough molecules for it.
TEST_F(BenchMolecules, TheDefaultHasACompanionWhereOneSuits) {
  write_molecules("Amines.csv");
  const auto models_of = [&](const std::string& flags) {
    const Outcome r =
        run("moleculenet -d Amines --target-columns length --split random --seeds 1" + flags + small());
    EXPECT_EQ(r.code, 0) << r.err;
    std::map<std::string, Json> found;
    for (const Json& cell : cells()) found[cell["model"]] = cell["scores"]["rmse"];
    std::filesystem::remove_all(path("out"));
    return found;
  };
  std::map<std::string, Json> found = models_of("");
  ASSERT_THAT(found, SizeIs(3));
  ASSERT_TRUE(found.contains("plstm+companion") && found.contains("forest") &&
              found.contains("plstm+companion+forest"));
  const auto validation = [&](const std::string& model) {
    return found[model]["validation"]["mean"].get<double>();
  };
  EXPECT_LE(validation("plstm+companion+forest"), validation("plstm+companion"));
  EXPECT_LE(validation("plstm+companion+forest"), validation("forest"));
  for (const std::string model : {"plstm+companion+forest", "plstm+companion"}) {
    EXPECT_EQ(models_of(" -m plstm," + model)[model], found[model]) << "each alone gives the same";
  }
  for (const char* flags : {" --preset paper", " --split-sizes 0.3 0.3 0.4"}) {
    found = models_of(flags);
    EXPECT_TRUE(found.contains("plstm") && found.contains("plstm+forest")) << flags;
    EXPECT_FALSE(found.contains("plstm+companion")) << flags;
  }
}

TEST_F(BenchMolecules, NetworksWithCompanionGoOnAfterAStop) {
  write_molecules("Amines.csv");
  const std::string flags =
      "moleculenet -d Amines --target-columns length --split random --seeds 1 --data-dir . --width 16 "
      "--heads 2 --blocks 1 --members 1 --patience 0 --jobs 1 --verbose -m plstm+companion,plstm --epochs ";
  ASSERT_EQ(run(flags + "300 -o whole").code, 0);
  const Outcome stopped = run_and_terminate(flags + "300 -o out", "epoch 3,");
  ASSERT_EQ(stopped.code, 143) << stopped.err;
  const Outcome r = run(flags + "300 -o out --resume");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out.find("plstm+companion fold 0 seed 0: epoch 1,"), std::string::npos);
  const auto scores = [&](const std::string& folder) {
    std::map<std::string, Json> found;
    const Json results = Json::parse(read_text(path(folder + "/results.json")));
    for (const Json& cell : results["cells"]) found[cell["model"]] = cell["scores"];
    return found;
  };
  EXPECT_EQ(scores("out"), scores("whole"));
  EXPECT_EQ(names_in("out"), names_in("whole"));
}

// The weight of these molecules grows with the length of their chains.
TEST_F(BenchMolecules, DescriptorsTellLengths) {
  write_molecules("Lengths.csv");
  const std::string arguments =
      "moleculenet -d Lengths -m descriptors,mean --target-columns length --split random --seeds 2" + small();
  ASSERT_EQ(run(arguments).code, 0);
  const Json found = cells();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0]["model"], "descriptors");
  EXPECT_LT(found[0]["scores"]["rmse"]["test"]["mean"].get<double>(),
            found[1]["scores"]["rmse"]["test"]["mean"].get<double>() / 4);
  const Outcome without = run(arguments + " --molecule-values false");
  EXPECT_EQ(without.code, 2);
  EXPECT_THAT(without.err, HasSubstr("model descriptors reads the values of molecules, Lengths has none"));
}

// A network of two epochs knows nothing of the chains yet: the weight belongs to the forest.
TEST_F(BenchMolecules, ForestAloneAndWithTheNetwork) {
  write_molecules("Lengths.csv");
  write_molecules("Amines.csv");
  const std::string split = " --split random --split-sizes 0.5 0.25 0.25 --seeds 2" + small();
  ASSERT_EQ(
      run("moleculenet -d Lengths -m plstm,forest,plstm+forest,mean --target-columns length" + split).code,
      0);
  ASSERT_EQ(run("moleculenet -d Amines -m forest,plstm+forest --target-columns amine" + split).code, 0);
  std::map<std::string, Json> found;
  for (const Json& cell : cells()) {
    found[cell["dataset"].get<std::string>() + " " + cell["model"].get<std::string>()] = cell["scores"];
  }
  ASSERT_THAT(found, SizeIs(6));
  EXPECT_EQ(found["Amines forest"]["roc_auc"]["test"]["mean"], 1.0);
  EXPECT_EQ(found["Amines plstm+forest"]["roc_auc"]["test"]["mean"], 1.0);
  const auto error = [&](const std::string& model, const char* part) {
    return found["Lengths " + model]["rmse"][part]["mean"].get<double>();
  };
  EXPECT_LT(error("forest", "test"), 0.7 * error("mean", "test"));
  EXPECT_LE(error("plstm+forest", "validation"), error("forest", "validation"));
  EXPECT_LE(error("plstm+forest", "validation"), error("plstm", "validation"));
}

// Long chains have the same fingerprints, the same keys and, here, no descriptors: what is left are the
// eigenvalues of their Burden matrices.
TEST_F(BenchMolecules, ForestReadsBcutValues) {
  std::string text = "smiles,length\n";
  for (int i = 0; i < 48; ++i) {
    const int length = 9 + i % 8;
    text += std::string(static_cast<std::size_t>(length), 'C') + "," + std::to_string(length) + ".25\n";
  }
  write("Alkanes.csv", text);
  const std::string arguments =
      "moleculenet -d Alkanes -m forest,mean --target-columns length --split random --seeds 2 "
      "--molecule-values false";
  ASSERT_EQ(run(arguments + small()).code, 0);
  const Json found = cells();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_LT(found[0]["scores"]["rmse"]["test"]["mean"].get<double>(),
            found[1]["scores"]["rmse"]["test"]["mean"].get<double>() / 4);
}

// Each split standardises by its own training rows, and a task without values is none of the preset's
// business.
TEST_F(BenchMolecules, ValuesOfMoleculesBelongToTheDefault) {
  write_molecules("Amines.csv");
  const std::string arguments =
      "moleculenet -d Amines -m plstm,sum --target-columns amine --split folds --folds 3 --seeds 1" + small();
  for (const char* more : {"", " --molecule-values false", " --preset paper"}) {
    const Outcome r = run(arguments + more);
    ASSERT_EQ(r.code, 0) << more << r.err;
  }
  const Json found = cells();
  ASSERT_THAT(found, SizeIs(6));
  int with_values = 0;
  for (const Json& cell : found) {
    const bool on = cell["settings"]["molecule_values"].get<bool>();
    EXPECT_EQ(cell["settings"]["graph_value_layer"], on ? 64 : 0);
    EXPECT_FALSE(cell["settings"].contains("graph_value_mean")) << "the split decides it";
    with_values += on ? 1 : 0;
  }
  EXPECT_EQ(with_values, 2);
}

TEST_F(BenchMolecules, ReadsCompressedTables) {
  write_molecules("Amines.csv");
  const std::string flags = "moleculenet -m morgan --target-columns amine --split random" + small();
  ASSERT_EQ(run(flags + " -d Amines").code, 0);
  const Json plain = cells();
  ASSERT_EQ(shell("gzip Amines.csv").code, 0);
  for (const std::string name : {"Amines", "Amines.csv.gz"}) {
    std::filesystem::remove_all(path("out"));
    const Outcome r = run(flags + " -d " + name);
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(cells()[0]["cell"], plain[0]["cell"]) << "the run is the same";
    EXPECT_EQ(cells()[0]["scores"], plain[0]["scores"]);
  }
  EXPECT_THAT(run("--list --data-dir .").out, HasSubstr("  Amines  "));
}

TEST_F(BenchMolecules, ManifestNamesColumns) {
  write_molecules("published.csv");
  write("manifest.json", R"({"sets": [{"name": "Set", "kind": "molecules", "title": "t", "task": "regression",
    "read": "published.csv", "smiles": "smiles", "labels": [{"name": "ours", "published": "length"}]}]})");
  const Outcome r = run("moleculenet -d Set -m mean --split random --seeds 1" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("Set: 40 graphs, regression, 1 rows left out"));
}

TEST_F(BenchMolecules, BadInputIsOneLine) {
  write_molecules("Amines.csv");
  const auto fails = [&](const std::string& arguments, int code, const std::string& message) {
    const Outcome r = run(arguments + small());
    EXPECT_EQ(r.code, code) << arguments;
    EXPECT_THAT(r.err, AllOf(StartsWith("plstm-bench: error: "), HasSubstr(message)));
    EXPECT_THAT(lines_of(r.err), SizeIs(1)) << r.err;
  };
  fails("moleculenet -d Nothing", 1, "data set 'Nothing' is not there");
  fails("moleculenet -d Amines --target-columns weight", 1, "weight");
  fails("moleculenet -d Amines --target-columns length --task classification", 1, "neither 0 nor 1");
  fails("moleculenet -d Amines --orientation index", 2, "canonical");
  write("same.csv", "smiles,y\nc1ccccc1C,1\nc1ccccc1CC,2\nc1ccccc1CCC,3\n");
  fails("moleculenet -d same", 1, "too many for a split by scaffold; use a random split (--split random)");
}

}  // namespace
}  // namespace plstm::test
