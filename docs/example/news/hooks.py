"""What is done after a crawl."""


def note(ended):
    with (ended.data / "crawls.txt").open("a") as file:
        print(ended.site, ended.exit_code, file=file)
