#pragma once

namespace plstm::apps {

/// From now on a signal that ends the program (SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU)
/// first removes the files beside its outputs (plstm/core/files/atomic_file.hpp); then it ends the program as it would
/// have done, so that a shell sees 143 for SIGTERM. Signals that whoever started the program ignores stay ignored. A file
/// that becomes too large for its limit (SIGXFSZ) no longer ends the program but is an error of writing.
void clear_up_on_fatal_signals();

}  // namespace plstm::apps
