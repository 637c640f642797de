// `indexcast serve`: the server.
#pragma once

namespace CLI {
class App;
}

namespace indexcast::server {

// Adds the command to the command line. It sets `exit_code`, which must outlive `app`, when the
// command line that names it is parsed, after the server has ended: SIGINT and SIGTERM end it;
// SIGHUP makes it look at its folder of definitions and begin the next day that has some. Throws
// std::exception when an address or a file cannot be used.
void add_serve(CLI::App& app, int& exit_code);

}  // namespace indexcast::server
