#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/folder_transaction.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FolderTransaction, ReplacesFilesTogetherAndRemovesTheObsolete) {
  const TemporaryFolder folder;
  write_text_to(folder.path() / "a", "old a");
  write_text_to(folder.path() / "b", "old b");
  write_text_to(folder.path() / "mine", "kept");
  {
    FolderTransaction transaction(folder.path());
    write_text_to(transaction.staging() / "a", "new a");
    write_text_to(transaction.staging() / "c", "new c");
    EXPECT_EQ(text_of(folder.path() / "a"), "old a");
    transaction.commit(std::array<std::string, 1>{"b"}, "c");
  }
  EXPECT_THAT(folder.names(), ElementsAre("a", "c", "mine"));
  EXPECT_EQ(text_of(folder.path() / "a"), "new a");
  EXPECT_EQ(text_of(folder.path() / "c"), "new c");
}

TEST(FolderTransaction, ReplacesWholeFolders) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    fs::create_directory(folder.path() / name);
    write_text_to(folder.path() / name / "old", "old");
  }
  {
    FolderTransaction transaction(folder.path());
    fs::create_directories(transaction.staging() / "a" / "deep");
    write_text_to(transaction.staging() / "a" / "deep" / "new", "new");
    transaction.commit(std::array<std::string, 1>{"b"});
  }
  EXPECT_THAT(folder.names(), ElementsAre("a"));
  EXPECT_FALSE(fs::exists(folder.path() / "a" / "old"));
  EXPECT_EQ(text_of(folder.path() / "a" / "deep" / "new"), "new");
}

TEST(FolderTransaction, EndsAMoveOfFoldersThatWasCutOff) {
  const TemporaryFolder folder;
  // As a process leaves it that was killed after it had removed the old folder.
  fs::create_directories(folder.path() / ".ready" / "a");
  write_text_to(folder.path() / ".ready" / "a" / "x", "new");
  write_text_to(folder.path() / ".ready" / ".orders", "\nb\n");
  fs::create_directory(folder.path() / "b");
  write_text_to(folder.path() / "b" / "y", "old");
  finish_commit(folder.path());
  EXPECT_THAT(folder.names(), ElementsAre("a"));
  EXPECT_EQ(text_of(folder.path() / "a" / "x"), "new");
}

TEST(FolderTransaction, LeavesTheFolderAsItWasWithoutCommit) {
  const TemporaryFolder folder;
  write_text_to(folder.path() / "a", "old");
  {
    const FolderTransaction transaction(folder.path());
    write_text_to(transaction.staging() / "a", "new");
  }
  EXPECT_THAT(folder.names(), ElementsAre("a"));
  EXPECT_EQ(text_of(folder.path() / "a"), "old");
}

TEST(FolderTransaction, CommitsAgainAfterARestart) {
  const TemporaryFolder folder;
  {
    FolderTransaction transaction(folder.path());
    for (const char* text : {"first", "second"}) {
      write_text_to(transaction.staging() / "a", text);
      transaction.commit();
      EXPECT_EQ(text_of(folder.path() / "a"), text);
      transaction.restart();
      EXPECT_THROW(FolderTransaction{folder.path()}, FileError) << "the lock is kept";
      EXPECT_TRUE(fs::is_empty(transaction.staging()));
    }
  }
  EXPECT_THAT(folder.names(), ElementsAre("a"));
}

TEST(FolderTransaction, KeepsASecondOneOut) {
  const TemporaryFolder folder;
  const FolderTransaction transaction(folder.path());
  EXPECT_THROW(FolderTransaction{folder.path()}, FileError);
}

TEST(FolderTransaction, RefusesToRemoveWhatIsNotInTheFolder) {
  const TemporaryFolder folder;
  for (const char* name : {"", ".", "..", "../a", "a/b", "a\nb"}) {
    FolderTransaction transaction(folder.path());
    EXPECT_THROW(transaction.commit(std::array<std::string, 1>{name}), ConfigError) << name;
  }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(FolderTransaction, RemovesWhatAKilledProcessStaged) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderTransaction transaction(folder.path());
    write_text_to(transaction.staging() / "a", "half");
    ::raise(SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(fs::exists(folder.path() / "a"));
  { const FolderTransaction transaction(folder.path()); }
  EXPECT_THAT(folder.names(), IsEmpty());
}

// A process that is killed at any moment leaves the files of one generation, never of two.
TEST(FolderTransaction, SurvivesKillsAtAnyMoment) {
  const TemporaryFolder folder;
  int generations = 0;
  std::string before;
  // The moments come later and later, so that a slow disk writes something, too.
  for (int trial = 0; trial < 40 || (generations <= 5 && trial < 400); ++trial) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int generation = 0;; ++generation) {
        FolderTransaction transaction(folder.path());
        const std::string text = std::to_string(trial) + "." + std::to_string(generation);
        for (const char* name : {"a", "b", "c", "manifest"})
          write_text_to(transaction.staging() / name, text);
        transaction.commit({}, "manifest");
      }
    }
    ::usleep(static_cast<useconds_t>(3000 + 397 * trial));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    finish_commit(folder.path());
    const std::string manifest = text_of(folder.path() / "manifest");
    for (const char* name : {"a", "b", "c"}) EXPECT_EQ(text_of(folder.path() / name), manifest) << trial;
    generations += manifest != before ? 1 : 0;
    before = manifest;
  }
  EXPECT_GT(generations, 5) << "the processes were killed before they wrote anything";
}

TEST(FolderTransaction, ReadersWaitForACommitThatIsAtWork) {
  const TemporaryFolder folder;
  // As a process leaves the folder between two renames, with its lock.
  std::optional<FolderLock> lock(folder.path());
  fs::create_directory(folder.path() / ".ready");
  write_text_to(folder.path() / ".ready" / "a", "new");
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    fs::rename(folder.path() / ".ready" / "a", folder.path() / "a");
    fs::remove(folder.path() / ".ready");
    lock.reset();
  });
  finish_commit(folder.path());
  EXPECT_EQ(text_of(folder.path() / "a"), "new");
  writer.join();
}

TEST(FolderTransaction, ReadersFindNothingToFinishInAnOrdinaryFolder) {
  const TemporaryFolder folder;
  write_text_to(folder.path() / "a", "text");
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_NO_THROW(finish_commit(folder.path()));
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_NO_THROW(finish_commit(folder.path() / "missing"));
}

}  // namespace
}  // namespace plstm::test
