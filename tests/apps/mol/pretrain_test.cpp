// plstm-mol pretrain, and trainings that start from what it learnt.
#include <csignal>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/random.hpp>

#include "apps/mol/mol_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class MolPretrain : public MolProgram {
 protected:
  static std::string flags(const std::string& folder, const std::string& more = "") {
    return "pretrain -o " + folder +
           " --hidden-dim 16 --heads 2 --blocks PD --epochs 2 --batch-size 8 --threads 1" + more;
  }

  // 270 molecules, so that there are blocks to validate on.
  void write_many() const {
    std::string text = "smiles\n";
    for (int i = 0; i < 270; ++i) {
      text += std::string(static_cast<std::size_t>(1 + i % 9), 'C') + (i % 2 == 0 ? "O" : "N") +
              std::string(static_cast<std::size_t>(i / 9 % 7), 'C') + (i % 5 == 0 ? "c1ccccc1" : "") + "\n";
    }
    write("many.csv", text);
  }
};

TEST_F(MolPretrain, ATrainingStartsFromItsEncoder) {
  write_many();
  write_molecules();
  write("test.csv", "smiles\nNCCC\n");
  const Outcome pretrained = run(flags("pre", " -i many.csv --leave-out test.csv"));
  ASSERT_EQ(pretrained.code, 0) << pretrained.err;
  EXPECT_THAT(pretrained.out,
              AllOf(HasSubstr("descriptors of"), HasSubstr("rows left out"), HasSubstr("epoch 2 of 2")));
  EXPECT_THAT(read_text(path("pre/targets.csv")), HasSubstr("molecular_weight,"));
  EXPECT_FALSE(fs::exists(path("pre/checkpoint.safetensors")));

  const std::string train =
      "train -i data.csv --target-columns value --epochs 2 --ensemble-size 1 --quiet "
      "--init-from pre/model.safetensors ";
  const Outcome tuned = run(train + "-o tuned");
  ASSERT_EQ(tuned.code, 0) << tuned.err;
  EXPECT_THAT(run("info tuned").out, HasSubstr("The networks read atoms, bonds. Bonds "));
  EXPECT_THAT(read_text(path("tuned/config.json")), HasSubstr("init_from_sha256"));
  EXPECT_EQ(run("predict CCO --model-paths tuned").code, 0);
  EXPECT_EQ(run(train + "-o frozen --freeze encoder").code, 0);
  const Outcome again =
      run("train -i data.csv --target-columns value --epochs 1 --ensemble-size 1 --quiet -o again "
          "--init-from tuned");
  EXPECT_EQ(again.code, 0) << "the folder of a run is a start, too: " << again.err;
  EXPECT_EQ(run(train + "-o values --molecule-values").code, 0);

  const Outcome other = run(train + "-o other --atom-values");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("atom_values"));
}

TEST_F(MolPretrain, TheModelThatComesWithPlstmIsAStart) {
  write_molecules();
  const Outcome tuned =
      run("train -i data.csv --target-columns value --epochs 1 --ensemble-size 1 --quiet -o tuned "
          "--init-from pretrained");
  ASSERT_EQ(tuned.code, 0) << tuned.err;
  EXPECT_THAT(read_text(path("tuned/config.json")), HasSubstr("pretrained/molecules.safetensors"));
}

TEST_F(MolPretrain, DescriptorsAreComputedOnceAndATrainingGoesOn) {
  write_many();
  ASSERT_EQ(run(flags("whole", " -i many.csv --quiet")).code, 0);
  ASSERT_EQ(run(flags("again", " --targets-file whole/targets.set --quiet")).code, 0);
  EXPECT_EQ(read_text(path("again/model.safetensors")), read_text(path("whole/model.safetensors")));
  write_molecules("others.csv");
  const Outcome others = run(flags("whole", " -i others.csv"));
  EXPECT_EQ(others.code, 2) << "descriptors of other molecules must not be taken for theirs";
  EXPECT_THAT(others.err, HasSubstr("other molecules"));
  const Outcome missing = run(flags("none"));
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("--data-path"));
}

TEST_F(MolPretrain, KilledAtAnyMomentItEndsWithTheSameBytes) {
  write_many();
  ASSERT_EQ(run(flags("whole", " -i many.csv --quiet")).code, 0);
  Random random(kSeed);
  const int kills = run_to_the_end(flags("killed", " -i many.csv --quiet --resume --checkpoint-seconds 0"),
                                   SIGKILL, random, [](const Outcome&) {});
  EXPECT_GT(kills, 0);
  EXPECT_EQ(read_text(path("killed/model.safetensors")), read_text(path("whole/model.safetensors")));
  EXPECT_EQ(names_in("killed"), names_in("whole"));
}

// A pipe can be read once, so its molecules must not be read to tell them from others.
TEST_F(MolPretrain, MoleculesAndWhatIsLeftOutMayComeThroughPipes) {
  write_many();
  write("out.csv", "smiles\nCCN\n");
  ASSERT_EQ(run(flags("whole", " -i many.csv --leave-out out.csv --quiet")).code, 0);
  const Outcome piped = shell(
      "mkfifo rows.csv left.csv && { cat many.csv > rows.csv & cat out.csv > left.csv & } && timeout 60 $P " +
      flags("piped", " -i rows.csv --leave-out left.csv --quiet"));
  ASSERT_EQ(piped.code, 0) << piped.err;
  EXPECT_EQ(read_text(path("piped/model.safetensors")), read_text(path("whole/model.safetensors")));
}

TEST_F(MolPretrain, TooFewMoleculesForAValidationAreSaid) {
  write("few.csv", "smiles\nCCO\nCCN\nCCC\nCCF\n");
  const Outcome few = run(flags("few", " -i few.csv"));
  ASSERT_EQ(few.code, 0) << few.err;
  EXPECT_THAT(few.out, AllOf(HasSubstr("too few molecules for a validation"), Not(HasSubstr("nan"))));
}

}  // namespace
}  // namespace plstm::test
