// Ranks on two hosts, which are network namespaces of this machine with a cable between them, and ranks whose file system
// is full. Both need root and what the kernel allows root; where it does not, the tests are skipped.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "mpi/program_on_ranks.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kFirst = "10.77.0.1";
constexpr const char* kSecond = "10.77.0.2";

class MolOnHosts : public MolOnRanks {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make network namespaces";
    if (shell(PLSTM_MPIRUN " --version | grep -qE 'Open MPI|OpenRTE'").code != 0)
      GTEST_SKIP() << "only Open MPI is told how to reach these hosts";
    const Outcome made = shell(
        fmt::format("ip netns add {0} && ip netns add {1} && ip link add cable netns {0} type veth peer name "
                    "cable netns {1} && "
                    "ip -n {0} addr add {2}/24 dev cable && ip -n {1} addr add {3}/24 dev cable && ip -n {0} "
                    "link set lo up && "
                    "ip -n {1} link set lo up && ip -n {0} link set cable up && ip -n {1} link set cable up",
                    first_, second_, kFirst, kSecond));
    if (made.code != 0) GTEST_SKIP() << "network namespaces are not allowed here: " << made.err;
    // Open MPI starts its daemon on another host by such a script, where others have ssh.
    write("on_host.sh", fmt::format("#!/bin/sh\nhost=$1; shift\ncase $host in {}) n={};; *) n={};; esac\n"
                                    "exec ip netns exec $n unshare -u sh -c \"hostname $n; $*\"\n",
                                    kSecond, second_, first_));
    ASSERT_EQ(shell("chmod +x on_host.sh").code, 0);
    ::unsetenv("OMPI_MCA_btl");
  }

  void TearDown() override {
    for (const std::string& host : {first_, second_})
      shell(fmt::format("ip netns pids {0} | xargs -r kill -KILL; ip netns del {0}", host));
  }

  // A command that runs the program on three ranks, the last one on the second host.
  std::string on_hosts(const std::string& arguments) const {
    return fmt::format(
        "timeout -k 5 200 ./on_host.sh {0} exec " PLSTM_MPIRUN
        " --mca plm_rsh_agent $PWD/on_host.sh --mca plm_rsh_no_tree_spawn 1 --mca btl self,vader,tcp "
        "--mca btl_tcp_if_include cable --mca oob_tcp_if_include cable --host {0}:2,{1}:1 -n 3 $P {2}",
        kFirst, kSecond, arguments);
  }

  // A shell's commands: begins a training on both hosts and goes on when it has a checkpoint.
  std::string begin(const std::string& arguments) const {
    return on_hosts(arguments) +
           " & launcher=$!; for i in $(seq 400); do [ -e together/checkpoint/member_0.safetensors ] && "
           "break; "
           "sleep 0.05; done; ";
  }

  std::string cable(const char* state) const {
    return fmt::format("ip -n {} link set cable {}", second_, state);
  }

  void expect_same_model() const {
    const std::string expected = read_text(path("alone/model.safetensors"));
    EXPECT_FALSE(expected.empty());
    EXPECT_TRUE(read_text(path("together/model.safetensors")) == expected);
  }

  static std::string long_training() {
    return train(" --epochs 50 --patience 0 --checkpoint-seconds 0 --no-baselines --no-report --threads 1");
  }

  const std::string first_ = fmt::format("plstm-a-{}", ::getpid());
  const std::string second_ = fmt::format("plstm-b-{}", ::getpid());
};

TEST_F(MolOnHosts, TrainTheSameModelOverASlowCable) {
  const Outcome slow = shell(fmt::format(
      "ip netns exec {} tc qdisc add dev cable root tbf rate 10mbit burst 16kbit latency 100ms", first_));
  if (slow.code != 0) GTEST_SKIP() << "the kernel cannot slow a cable down: " << slow.err;
  const std::string flags = train(" --epochs 3 --no-baselines --no-report --threads 1");
  ASSERT_EQ(run(flags + " -o alone").code, 0);
  const Outcome r = shell(on_hosts(flags + " -o together"));
  ASSERT_EQ(r.code, 0) << r.err;
  expect_same_model();
}

TEST_F(MolOnHosts, WaitForACableThatIsCutForAWhile) {
  ASSERT_EQ(run(long_training() + " -o alone").code, 0);
  const Outcome r =
      shell(begin(long_training() + " -o together") + cable("down") +
            "; sleep 1; kill -0 $launcher && echo waiting; " + cable("up") + "; wait $launcher");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("waiting"));
  expect_same_model();
}

// Only the launcher could tell the ranks, and it waits for the other host. So a batch system ends them.
TEST_F(MolOnHosts, ARunWhoseCableIsCutGoesOnAlone) {
  ASSERT_EQ(run(long_training() + " -o alone").code, 0);
  shell(begin(long_training() + " -o together") + cable("down") +
        fmt::format("; sleep 0.5; ip netns pids {} | xargs kill -KILL; ip netns pids {} | xargs kill -KILL; "
                    "wait $launcher",
                    first_, second_));
  ASSERT_TRUE(std::filesystem::exists(path("together/checkpoint"))) << "the training had ended before";
  const Outcome r = run(long_training() + " --resume -o together");
  ASSERT_EQ(r.code, 0) << r.err;
  expect_same_model();
}

class MolOnAFullDisk : public MolOnRanks {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can mount a small file system";
    std::filesystem::create_directory(path("disk"));
    const Outcome mounted = shell("mount -t tmpfs -o size=2m small disk");
    if (mounted.code != 0) GTEST_SKIP() << "file systems cannot be mounted here: " << mounted.err;
  }

  void TearDown() override { shell("umount disk"); }
};

TEST_F(MolOnAFullDisk, SaysSoOnceAndGoesOnWhenThereIsSpace) {
  const std::string flags = train(" --epochs 6 --no-baselines --no-report --threads 1");
  ASSERT_EQ(run(flags + " -o alone").code, 0);
  shell("cat /dev/zero > disk/filler; truncate -s -8192 disk/filler");  // a page or two are left
  const Outcome full = run_on(3, flags + " -o disk/run");
  EXPECT_EQ(full.code, 1);
  EXPECT_THAT(full.err, HasSubstr("No space left on device"));
  const std::size_t first = full.err.find("plstm-mol: error: ");
  ASSERT_NE(first, std::string::npos) << full.err;
  EXPECT_EQ(full.err.find("plstm-mol: error: ", first + 1), std::string::npos) << full.err;
  EXPECT_FALSE(std::filesystem::exists(path("disk/run/model.safetensors")));
  std::filesystem::remove(path("disk/filler"));
  const Outcome r = run_on(2, flags + " --resume -o disk/run");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_TRUE(read_text(path("disk/run/model.safetensors")) == read_text(path("alone/model.safetensors")));
}

}  // namespace
}  // namespace plstm::test
