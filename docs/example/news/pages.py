"""A page object: the Document has its fields, and all other fields as usual."""

from web_poet import WebPage, field, handle_urls


@handle_urls("127.0.0.1:8000/xw/")
class ArticlePage(WebPage):
    @field
    def source(self):
        return "市委统战部"

    @field
    def text(self):
        return "\n".join(self.css("p::text").getall())
