#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/labels.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

using Texts = std::vector<std::string>;

TEST(Labels, PairsWhoseMeaningIsClear) {
  for (const Texts& pair : std::vector<Texts>{{"0", "1"},
                                              {"0.0", "1.0"},
                                              {"-1", "1"},
                                              {"1", "2"},
                                              {"False", "True"},
                                              {"no", "YES"},
                                              {"inactive", "active"},
                                              {"neg", "pos"},
                                              {"N", "Y"}}) {
    for (const Texts& texts : {Texts{pair[0], "NA", pair[1], pair[0]}, Texts{pair[1], "", pair[0]}}) {
      const LabelMap map = infer_labels(texts, "y", LabelKind::kYesNo);
      EXPECT_EQ(map.names(), pair);
      EXPECT_EQ(map.class_of(pair[0]), 0);
      EXPECT_EQ(map.class_of(" " + pair[1] + " "), 1);
      EXPECT_EQ(map.class_of("n/a"), std::nullopt);
    }
  }
}

// Arrays in memory have no words for missing values, so a model may know a class of such a name.
TEST(Labels, AClassThatAModelKnowsIsNoMissingValue) {
  const LabelMap map({"None", "lo"});
  EXPECT_EQ(map.class_of("none"), 0);
  EXPECT_EQ(map.class_of("lo"), 1);
  EXPECT_EQ(map.class_of("NA"), std::nullopt);
  EXPECT_EQ(map.class_of(""), std::nullopt);
  EXPECT_THROW(LabelMap({"lo", " "}), ConfigError);
}

TEST(Labels, WordsForMissingValuesAreCounted) {
  EXPECT_EQ(note_on_missing_words(Texts{"low", "", " ", "high"}), "");
  EXPECT_EQ(note_on_missing_words(Texts{"low", " None", "None", ""}),
            "2 values are 'None', which stands for missing values; a class needs another name");
  EXPECT_EQ(note_on_missing_words(Texts{"NA", "low", "None", "NA"}),
            "2 values are 'NA', 1 are 'None', which stand for missing values; a class needs another name");
}

TEST(Labels, SayWhatWasDone) {
  EXPECT_EQ(infer_labels(Texts{"1", "0"}, "y", LabelKind::kYesNo).note(), "");
  EXPECT_EQ(infer_labels(Texts{"1", "2"}, "y", LabelKind::kYesNo).note(), "'1' is 0, '2' is 1");
  EXPECT_EQ(infer_labels(Texts{"Yes", "No"}, "y", LabelKind::kYesNo).note(), "'No' is 0, 'Yes' is 1");
}

TEST(Labels, ClassesHaveNamesAndNoneIsEmpty) {
  const LabelMap words = infer_labels(Texts{"mid", "low", "High", "low", "high "}, "y", LabelKind::kClasses);
  EXPECT_THAT(words.names(), ElementsAre("High", "low", "mid"));
  EXPECT_EQ(words.class_of("HIGH"), 0);
  const LabelMap gaps = infer_labels(Texts{"100", "0", "5", "?"}, "y", LabelKind::kClasses);
  EXPECT_THAT(gaps.names(), ElementsAre("0", "5", "100"));
  EXPECT_EQ(gaps.class_of("100.0"), 2);
  EXPECT_EQ(infer_labels(Texts{"1", "3", "2"}, "y", LabelKind::kClasses).num_classes(), 3);
  EXPECT_EQ(infer_labels(Texts{"1", "0", "2"}, "y", LabelKind::kClasses).note(), "");
}

void expect_error(const Texts& texts, LabelKind kind, const char* message) {
  EXPECT_THAT([&] { infer_labels(texts, "toxic", kind); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("target 'toxic': "), HasSubstr(message))));
}

TEST(Labels, AmbiguousColumnsAreRefusedWithTheWayOut) {
  expect_error({"A", "B"}, LabelKind::kYesNo,
               "which of the labels 'A', 'B' is the positive one; write 0 and 1");
  expect_error({"0", "100"}, LabelKind::kYesNo, "which of the labels '0', '100'");
  expect_error({"-1", "0", "1"}, LabelKind::kYesNo, "3 labels ('-1', '0', '1'), expected two");
  expect_error({"1", "True", "0"}, LabelKind::kYesNo, "mix numbers and words");
  expect_error({"low", "2"}, LabelKind::kClasses, "mix numbers and words");
  expect_error({"0.5", "1"}, LabelKind::kClasses, "'0.5' is no class; take regression");
  expect_error({"", "NA"}, LabelKind::kYesNo, "has no labels");
  expect_error({"1", "1", "1.0"}, LabelKind::kYesNo,
               "every label is '1', so there is nothing to tell apart; add rows");
  expect_error({"+", "-", "+"}, LabelKind::kYesNo, "'-' is read as a missing value, so write 0 and 1");
  Texts many;
  for (std::size_t i = 0; i <= kMaxClasses; ++i) many.push_back(std::to_string(i));
  expect_error(many, LabelKind::kClasses, "1001 different labels");
}

TEST(Labels, UnknownLabelIsRefused) {
  EXPECT_THAT(
      [] {
        LabelMap({"no", "yes"}).class_of("maybe");
      },
      ThrowsMessage<FileError>(StrEq("'maybe' is no label; expected one of 'no', 'yes'")));
}

TEST(Labels, NamesOfAModelAreChecked) {
  EXPECT_THROW(LabelMap({"a"}), ConfigError);
  EXPECT_THROW(LabelMap({"a", "A"}), ConfigError);
  EXPECT_THROW(LabelMap({"1", "1.0"}), ConfigError);
  EXPECT_THROW(LabelMap({"a", ""}), ConfigError);
}

}  // namespace
}  // namespace plstm
