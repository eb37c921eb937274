"""A hook that is called after each crawl."""


def note(ended):
    with (ended.data / "crawls.txt").open("a") as file:
        print(ended.site, ended.exit_code, file=file)
