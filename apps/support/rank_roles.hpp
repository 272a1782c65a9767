#pragma once

#include <filesystem>
#include <span>

#include <plstm/core/ranks/ranks.hpp>

#include "support/stop_signal.hpp"

namespace plstm::apps {

// What the ranks of a program do: all read the data and train together, then the first one alone predicts, reports and
// writes, and the others are done.

/// Thrown by leave_to_first(); run_program() ends the rank without an error.
struct RankIsDone {};

/// Returns on the first rank; on others throws RankIsDone.
void leave_to_first(const Ranks& ranks);

/// What the first rank says, for all: what it finds in a folder, others may find changed.
bool first_says(const Ranks& ranks, bool here);

/// After a training: a signal that any rank got is one for all.
void share_stop(const Ranks& ranks, StopSignal& stop);

/// Throws ConfigError if there are several ranks and one of the files is standard input, which the first rank alone has.
void check_all_can_read(const Ranks& ranks, std::span<const std::filesystem::path> files);

/// For ThreadLimit: what the user says, or what is fit for the ranks.
int threads_for(const Ranks& ranks, int asked);

}  // namespace plstm::apps
