"""Scripts of pages on the stage: what they write, where they lead, what they ask for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from crawler.discovery.scripted import tabs
from crawler.discovery.stage import NESTED, Stage

URL = "http://h/xw/list.html?lm=3"


def play(body: str, answers: dict[str, str] | None = None, **scripts: str) -> Stage:
    stage = Stage(
        {
            "url": URL,
            "html": f"<html><head><title>t</title></head><body>{body}</body></html>",
            "agent": "Mozilla/5.0 (Windows NT 10.0)",
            "scripts": {f"http://h/{name}.js": text for name, text in scripts.items()},
        }
    )
    for key, text in (answers or {}).items():
        stage.answer(key, 200, text)
    return stage


def shown(stage: Stage) -> str:
    return stage.dom.shown()


@pytest.mark.parametrize(
    "code",
    [
        "document.write('<a href=\"/x/\">' + '要闻' + '</a>');",
        "document.getElementById('n').innerHTML = unescape('%3Ca%20href%3D%22/x/%22%3E%u8981%u95FB%3C/a%3E');",
        "$('#n').html('<a href=\"/x/\">要闻</a>');",
        "$(function () { $('<a>').attr('href', '/x/').text('要闻').appendTo('#n'); });",
        "const a = document.createElement('a'); a.href = '/x/'; a.textContent = '要闻'; n.appendChild(a);",
        "window.onload = () => document.querySelector('#n').insertAdjacentHTML('beforeend', `<a href=\"/x/\">要闻</a>`);",
        "[{u: '/x/', t: '要闻'}].forEach(r => $('#n').append('<a href=\"' + r.u + '\">' + r.t + '</a>'));",
        "Swiper.init('.a'); var s = new Foo({el: 1}); document.write('<a href=\"/x/\">要闻</a>');",
        "$('#n').html(template('tpl', {list: [{u: '/x/', t: '要闻'}]}));",
        "n.innerHTML = _.template('<% list.forEach(function (r) { %><a href=\"<%= r.u %>\"><%= r.t %></a><% }) %>')"
        "({list: [{u: '/x/', t: '要闻'}]});",
        "setTimeout(function () { $('#n').append('<a href=\"/x/\">要闻</a>'); }, 500);",
        "new Vue({el: '#v', data: {rows: [{u: '/x/', t: '要闻'}]}});",
        "$('#v').html('<i>{{ rows.length }}</i><p id=\"p\"></p>'); new Vue({el: '#v', data: {rows: [{u: '/x/', t: '要闻'}]},"
        " mounted() { $('#p').html('<a href=\"' + this.rows[0].u + '\">' + this.rows[0].t + '</a>'); }});",
        "Vue.component('NewsRow', {props: ['row'], template: '<a :href=\"row.u\">{{ row.t }}</a>'});"
        " $('#v').html('<news-row v-for=\"r in rows\" :row=\"r\"></news-row>');"
        " new Vue({el: '#v', data: {rows: [{u: '/x/', t: '要闻'}]}});",
        "$('#v').html('<my-list kind=\"/x/\"></my-list>');"
        " const MyList = {props: ['kind'], data() { return {t: '要闻'}; }, template: '<p><a :href=\"kind\">{{ t }}</a></p>'};"
        " Vue.createApp({components: {MyList}}).mount('#v');",
        "Vue.createApp({setup() { const rows = Vue.ref([]); Vue.onMounted(() => { rows.value = [{u: '/x/', t: '要闻'}]; });"
        " return {rows}; }}).mount('#v');",
    ],
)
def test_what_a_script_writes_stands_in_the_document(code: str) -> None:
    stage = play(
        '<div id="n"></div><div id="v"><a v-for="r in rows" :href="r.u">{{ r.t }}</a></div>'
        '<script id="tpl" type="text/html">{{each list r}}<a href="{{r.u}}">{{r.t}}</a>{{/each}}</script><script>'
        + code
        + "</script>"
    )
    assert '<a href="/x/">要闻</a>' in shown(stage), stage.errors
    assert stage.dom.changed


@pytest.mark.parametrize("value", ["n.innerHTML = '<ul>' + rows + '</ul>'", "10n ** 20n", "Symbol('a')", "({}) // a"])
def test_a_script_may_end_in_any_value(value: str) -> None:
    code = "var rows = ''; for (var i = 0; i < 3000; i++) rows += '<li>' + i + '</li>';"
    stage = play(f'<div id="n"></div><script>{code} {value}</script><script>document.write("<b>行</b>")</script>')
    assert "<b>行</b>" in shown(stage), stage.errors


@pytest.mark.parametrize(
    "code",
    [
        "n.innerHTML = layui.laytpl(document.getElementById('t').innerHTML).render({list: rows});",
        "laytpl($('#t').html()).render({list: rows}, h => { n.innerHTML = h; });",
        "layui.use('laytpl', () => layui.laytpl(t.innerHTML).render({list: rows}, h => $('#n').html(h)));",
        "n.innerHTML = document.getElementById('s').innerHTML.replace('x && 1 < 2', rows[0].t);",
    ],
)
def test_a_template_in_a_script_is_markup(code: str) -> None:
    stage = play(
        '<div id="n"></div><script id="s" type="text/plain"><b>x && 1 < 2</b></script>'
        '<script id="t" type="text/html">{{# layui.each(d.list, function(i, r){ }}<b>{{ r.t }}</b>{{# }); }}</script>'
        f"<script>var rows = [{{t: '要闻'}}]; {code}</script>"
    )
    assert '<div id="n"><b>要闻</b></div>' in shown(stage), stage.errors


@pytest.mark.parametrize(
    ("handler", "code", "target"),
    [
        ("href=\"javascript:show('41', 3)\"", "function show(i, t) { window.open('/d.jsp?id=' + i + '&t=' + t); }", "d.jsp?id=41&t=3"),
        ('onclick="go(2)"', "var go = n => { location.href = `/xw/p_${n}.html`; }", "xw/p_2.html"),
        ('class="b" data-id="7"', "$(document).on('click', '.b', function () { location = '/a/' + $(this).data('id'); })", "a/7"),
        ('id="b"', "document.getElementById('b').onclick = function () { top.location.replace('/b'); }", "b"),
        ('id="b"', "b.addEventListener('click', e => { e.preventDefault(); self.location.assign('/b'); })", "b"),
        ('onclick="go(2)"', "function go(n) { var f = document.forms['f']; f.p.value = n; f.submit(); }", "q.jsp?lm=3&p=2"),
        ('onclick="go(2)"', "function go(n) { $('#p').val(n); $('#f').submit(); }", "q.jsp?lm=3&p=2"),
        ('onclick="go(2)"', "function go(n) { var f = document.forms[0]; f.p.name = 'id'; f.id.value = n; f.submit(); }", "q.jsp?lm=3&id=2"),
        ("onclick=\"MM_goToURL('parent', 'p_2.html'); return document.MM_returnValue\"",
         "function MM_goToURL() { var args = MM_goToURL.arguments; eval(args[0] + \".location='\" + args[1] + \"'\"); }", "xw/p_2.html"),
        ('onclick="go(2)"', "function go(n) { showModalDialog('p_' + n + '.html', '', 'dialogWidth:600px'); }", "xw/p_2.html"),
        ('onclick="go(2)"', "function go(n) { layer.open({type: 2, content: 'p_' + n + '.html'}); }", "xw/p_2.html"),
        ('onclick="go(2)"', "function go(n) { layui.layer.open({type: 2, content: ['p_' + n + '.html', 'no']}); }", "xw/p_2.html"),
        ('onclick="go(2)"', "function go(n) { if (confirm('前往？')) window.navigate('p_' + n + '.html'); }", "xw/p_2.html"),
        ('onclick="go(2)"', "function go(n) { location.search = new URLSearchParams({p: n}); }", "xw/list.html?p=2"),
        ('onclick="go(2)"', "function go(n) { var a = document.createElement('a'); a.href = 'p_' + n + '.html'; a.click(); }", "xw/p_2.html"),
        ('k="2" onclick="go(this)"', "function go(e) { location = 'p_' + e.getAttributeNode('k').value + '.html'; }", "xw/p_2.html"),
        ('k="2" id="b"', "b.onclick = function () { location = 'p_' + this.attributes['k'].value + '.html'; }", "xw/p_2.html"),
    ],
)  # fmt: skip
def test_a_press_tells_where_an_element_leads(handler: str, code: str, target: str) -> None:
    form = '<form id="f" name="f" action="/q.jsp"><input type=hidden name=lm value=3><input id=p name=p value=1></form>'
    stage = play(f"<a {handler}>下一页</a>{form}<script>{code}</script>")
    (lead,) = stage.leads()
    assert f'href="http://h/{target}"' in shown(stage).replace("&amp;", "&"), (lead, stage.errors)
    assert not stage.state()["asks"], "a press on the stage asks for nothing"


@pytest.mark.parametrize(
    ("box", "code"),
    [
        ("<ul id='u'><li data-id='7'>会议</li></ul>", "u.onclick = e => { location = '/a/' + e.target.dataset.id; }"),
        ("<div id='u'><div data-id='7'><h4>全市统战部长会议召开，部署今年的重点工作</h4><p>2020-02-19</p></div></div>",
         "u.addEventListener('click', e => { location = '/a/' + e.target.closest('[data-id]').dataset.id; })"),
        ("<table><tr onclick='go(this)'><td>7</td><td id='u'>会议</td></tr></table>",
         "function go(row) { location = '/a/' + row.cells[0].innerHTML; } u.onclick = function () {};"),
    ],
)  # fmt: skip
def test_a_press_is_heard_by_the_box_around(box: str, code: str) -> None:
    stage = play(f"{box}<script>{code}</script>")
    assert {tuple(lead["went"]) for lead in stage.leads()} == {("http://h/a/7",)}, stage.errors


def test_a_page_that_asks_before_it_leads_elsewhere_stays() -> None:
    stage = play("<a href='/x/'>要闻</a><script>if (confirm('手机版？')) location = '/m/';</script>")
    assert stage.went == []


@pytest.mark.parametrize(
    "choice",
    [
        "<select onchange=\"location='?lm=3&p='+this.value\">{}</select>",
        "<select onchange=\"location.href='?lm=3&p='+this.options[this.selectedIndex].value\">{}</select>",
        "<select id='s'>{}</select><script>$('#s').change(function () {{ location = '?lm=3&p=' + $(this).val(); }});</script>",
        "<form action='/xw/list.html?'><input type=hidden name=lm value=3><select name=p onchange='this.form.submit()'>{}"
        "</select></form>",
    ],
)
def test_a_choice_of_pages_leads_to_each(choice: str) -> None:
    options = "<option value=1 selected>第1页</option><option value=2>第2页</option><option value=3>第3页</option>"
    stage = play(choice.format(options))
    assert [lead["text"] for lead in stage.leads()] == ["第2页", "第3页"], stage.errors
    links = re.findall(r'<a href="([^"]+)">(第\d页)</a>', shown(stage).replace("&amp;", "&"))
    assert links == [(f"http://h/xw/list.html?lm=3&p={n}", f"第{n}页") for n in (2, 3)]


def test_a_menu_sends_the_frame_beside_it_elsewhere() -> None:
    code = "function go(n) { parent.right.location.href = '/lm/' + n + '.htm'; }"
    stage = play(
        f'<a onclick="go(1)">动态</a><a onclick="top.frames.right.location=\'/lm/2.htm\'">风采</a><script>{code}</script>'
    )
    assert [lead["went"] for lead in stage.leads()] == [["http://h/lm/1.htm"], ["http://h/lm/2.htm"]]


@pytest.mark.parametrize(
    "code",
    [
        "parent.document.getElementById('list').src = '/l.html?c=' + c;",
        "window.parent.document.querySelector('#list').setAttribute('src', '/l.html?c=' + c);",
        "$('#list', parent.document).attr('src', '/l.html?c=' + c);",
    ],
)
def test_a_menu_turns_the_frame_beside_it(code: str) -> None:
    stage = play(f"<a onclick='show(7)'>要闻</a><script>function show(c) {{ {code} }}</script>")
    assert [lead["went"] for lead in stage.leads()] == [["http://h/l.html?c=7"]], stage.errors


@pytest.mark.parametrize(("days", "around"), [(31, True), (20, False)])
def test_an_arrow_beside_the_days_of_a_month_turns_a_calendar(days: int, around: bool) -> None:
    cells = "".join(f"<td>{day}</td>" for day in range(1, days + 1))
    stage = play(f"<table><tr><td><a onclick='t(-1)'>&lt;&lt;</a></td></tr><tr>{cells}</tr></table>")
    (handle,) = stage.handles()
    assert ("calendar" in handle["around"]) == around


def test_a_form_that_is_posted_is_told_with_its_fields() -> None:
    form = '<form name="f" action="/q.jsp" method="post"><input type=hidden name=p value=1></form>'
    stage = play(
        f'{form}<a onclick="go(2)">2</a><script>function go(n) {{ document.f.p.value = n; document.f.submit(); }}</script>'
    )
    (lead,) = stage.leads()
    assert lead["sent"] == {"url": "http://h/q.jsp", "form": "p=2"}


@pytest.mark.parametrize(
    "code",
    [
        "layui.use(['laypage'], function () { layui.laypage.render({elem: 'p', count: 22, limit: 10, curr: 1,"
        " jump: function (obj, first) { if (!first) location.href = '?lm=3&p=' + obj.curr; }}); });",
        "laypage({cont: 'p', pages: 3, curr: 1, jump: function (e, first) { if (!first) location.href = '?lm=3&p=' + e.curr; }});",
        "$('#p').pagination({totalData: 22, showData: 10, callback: function (api) { location.href = '?lm=3&p=' + api.getCurrent(); }});",
        "$('#p').twbsPagination({totalPages: 3, onPageClick: function (event, page) { location.href = '?lm=3&p=' + page; }});",
        "$('#p').whatever({total: 22, pageSize: 10, onSelectPage: function (n) { location.href = '?lm=3&p=' + n; }});",
        "$('#p').pagination(22, {items_per_page: 10, callback: function (i) { location.href = '?lm=3&p=' + (i + 1); }});",
        "$.jqPaginator('#p', {totalPages: 3, currentPage: 1, onPageChange: function (num, type) {"
        " if (type == 'change') location.href = '?lm=3&p=' + num; }});",
        "new Paging({target: '#p', totalPage: 3, toThePage: function (n) { location.href = '?lm=3&p=' + n; }});",
        "Pager.show({totalCount: 22, pageSize: 10, go: n => { location.href = '?lm=3&p=' + n; }});",
        "kkpager.generPageHtml({pno: 1, total: 3, totalRecords: 22, former: '?lm=3&p=', getLink: function (n) { return this.former + n; }});",
    ],
)
def test_pagers_of_libraries_lead_to_each_page(code: str) -> None:
    stage = play(f'<div id="p"></div><script>{code}</script>')
    assert [lead["went"][0] for lead in stage.leads()] == [f"http://h/xw/list.html?lm=3&p={n}" for n in (2, 3)], (
        stage.errors
    )


@pytest.mark.parametrize(
    ("code", "key", "answer"),
    [
        ("$.get('/a?p=1', d => $('#n').html(d))", "GET http://h/a?p=1 ", "<b>行</b>"),
        ("$('#n').load('/a')", "GET http://h/a ", "<b>行</b>"),
        ("fetch('/a').then(r => r.json()).then(d => { n.innerHTML = '<b>' + d.t + '</b>'; })", "GET http://h/a ", '{"t": "行"}'),
        ("(async () => { const r = await axios.get('/a', {params: {p: 1}}); n.innerHTML = '<b>' + r.data.t + '</b>'; })()",
         "GET http://h/a?p=1 ", '{"t": "行"}'),
        ("$.ajax({url: '/a', type: 'post', data: {p: 1}, dataType: 'json', success: d => $('#n').html('<b>' + d.t + '</b>')})",
         "POST http://h/a p=1", '{"t": "行"}'),
        ("var x = new XMLHttpRequest(); x.open('GET', '/a'); x.onload = () => { n.innerHTML = x.responseText; }; x.send();",
         "GET http://h/a ", "<b>行</b>"),
        ("var d = $.ajax({url: '/a', async: false}).responseText; $('#n').html(d);", "GET http://h/a ", "<b>行</b>"),
        ("try { $('#n').html($.ajax({url: '/a', async: false}).responseText); } catch (e) {}", "GET http://h/a ", "<b>行</b>"),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_told_and_its_answer_shown(code: str, key: str, answer: str) -> None:
    stage = play(f'<div id="n"></div><script>{code}</script>')
    (ask,) = stage.state()["asks"]
    assert ask["key"] == key
    assert ask["heard"] or "async" in code
    stage.answer(key, 200, answer)
    assert '<div id="n"><b>行</b></div>' in shown(stage), stage.errors


@pytest.mark.parametrize(
    "code",
    [
        "var s = document.createElement('script'); s.src = '/l.js?cb=fill'; document.body.appendChild(s);",
        "var s = document.createElement('script'), f = document.getElementsByTagName('script')[0];"
        " s.setAttribute('src', '/l.js?cb=fill'); f.parentNode.insertBefore(s, f);",
        "$.getScript('/l.js?cb=fill');",
    ],
)
def test_a_script_that_is_put_into_the_page_runs(code: str) -> None:
    stage = play(
        f'<div id="n"></div><script>function fill(d) {{ n.innerHTML = "<b>" + d.t + "</b>"; }} {code}</script>'
    )
    (ask,) = stage.state()["asks"]
    assert (ask["url"], ask["heard"]) == ("http://h/l.js?cb=fill", True)
    stage.answer(ask["key"], 200, 'fill({"t": "行"});')
    assert '<div id="n"><b>行</b></div>' in shown(stage), stage.errors


def test_what_is_asked_for_by_chance_is_known_when_the_page_is_opened_again() -> None:
    code = "$('#n').load('/a?t=' + Math.random() + '&_=' + new Date().getTime() + Date.now());"
    stage = play(
        f'<div id="n"></div><a onclick="go()">b</a><script>{code} function go() {{ location = "/b"; }}</script>'
    )
    (ask,) = stage.state()["asks"]
    stage.answer(ask["key"], 200, "<b onclick='go()'>行</b>")
    assert [lead["text"] for lead in stage.leads()] == ["行", "b"]
    assert not stage.state()["asks"]


def test_a_press_on_more_asks_for_the_next_page_each_time() -> None:
    code = "var p = 1; function more() { p++; $.get('/m?p=' + p, d => $('#n').append(d)); }"
    stage = play(f'<ul id="n"><li>1</li></ul><a onclick="more()">加载更多</a><script>{code}</script>')
    for page in (2, 3):
        (handle,) = stage.handles()
        stage.press(handle["id"])
        (ask,) = stage.state()["asks"]
        assert ask["url"] == f"http://h/m?p={page}"
        stage.answer(ask["key"], 200, f"<li>{page}</li>")
    assert "<li>1</li><li>2</li><li>3</li>" in shown(stage)


@pytest.mark.parametrize(
    "bind",
    [
        "$('#tab li').mouseover(function () { load(this); });",
        "$('#tab').on('mouseenter', 'li', function () { load(this); });",
        "$('#tab li').hover(function () { load(this); }, function () {});",
        "document.querySelectorAll('#tab li').forEach(e => { e.onmouseover = () => load(e); });",
    ],
)
def test_a_tab_that_the_mouse_opens_is_pressed(bind: str) -> None:
    stage = play(
        "<ul id=tab><li data-src='/a.html'>要闻</li><li data-src='/b.html'>党派</li></ul><div id=box></div><script>"
        f"function load(e) {{ $('#box').load($(e).attr('data-src')); }} {bind}</script>"
    )
    assert [(lead["text"], lead["reads"]) for lead in stage.leads()] == [("要闻", 1), ("党派", 1)], stage.errors


@pytest.mark.parametrize(
    "turn", ["document.getElementById('lb').src='rows.aspx?p='+p;", "$('#lb').attr('src', 'rows.aspx?p=' + p);"]
)
def test_a_list_in_a_frame_is_turned_by_the_pager_that_stands_in_it(turn: str) -> None:
    job = {"url": URL, "agent": "", "scripts": {}, "frames": ["h"], "turns": True}
    body = f"<iframe id=lb src='rows.aspx?p=1'></iframe><script>function turn(p) {{ {turn} }}</script>"
    stage = Stage({**job, "html": f"<html><body>{body}</body></html>"})
    for page in (1, 2):
        rows = f"<a href='v.aspx?id={page}'>{page}</a> <a href='javascript:parent.turn({page + 1})'>后一页</a>"
        (ask,) = [ask for ask in stage.asks.values() if ask["url"].endswith(f"p={page}")]
        stage.answer(ask["key"], 200, f"<html><body>{rows}</body></html>")
        assert next(each.get("href") for each in stage.dom.root.iter("a")) == f"http://h/xw/v.aspx?id={page}"
        assert len(list(stage.dom.root.iter("a"))) == 2
        (handle,) = stage.handles()
        stage.press(handle["id"])
    assert [ask["url"] for ask in stage.asks.values()] == [f"http://h/xw/rows.aspx?p={page}" for page in (1, 2, 3)]


@pytest.mark.parametrize(
    "bind",
    [
        "window.onhashchange = show;",
        "window.addEventListener('hashchange', show);",
        "$(window).on('hashchange', show);",
    ],
)
def test_a_page_that_is_named_behind_a_hash_is_shown_when_its_number_is_pressed(bind: str) -> None:
    stage = play(
        "<div id=list></div><a href='#top'>2</a><a href='#/list/2'>3</a><script>"
        "function show() { var n = location.hash.split('/')[2] || 1;"
        f" $.get('/data/' + n + '.html', d => $('#list').html(d)); }} {bind} show();</script>",
        {"GET http://h/data/1.html ": "<a href='/1.html'>一</a>"},
    )
    handle = next(each for each in stage.handles() if each["text"] == "3")
    stage.press(handle["id"])
    assert [ask["url"] for ask in stage.state()["asks"]] == ["http://h/data/1.html", "http://h/data/2.html"]
    stage.answer("GET http://h/data/2.html ", 200, "<a href='/2.html'>二</a>")
    assert "二" in shown(stage)
    assert (stage.went, stage.errors) == ([], [])


@pytest.mark.parametrize(
    "bind", ["$(window).scroll(more)", "window.onscroll = more", "window.addEventListener('scroll', more)",
             "new IntersectionObserver(more).observe(document.getElementById('n'))"],
)  # fmt: skip
def test_the_end_of_a_page_asks_for_more_each_time_it_is_reached(bind: str) -> None:
    code = f"var p = 1; function more() {{ p++; $.get('/m?p=' + p, d => $('#n').append(d)); }} {bind};"
    stage = play(f'<ul id="n"></ul><script>{code}</script>')
    for page in (2, 3):
        assert -1 in {handle["id"] for handle in stage.handles()} or "Observer" in bind
        stage.press(stage.handles()[-1]["id"])
        (ask,) = stage.state()["asks"]
        assert ask["url"] == f"http://h/m?p={page}"
        stage.answer(ask["key"], 200, f"<li>{page}</li>")


@pytest.mark.parametrize(
    "begin",
    [
        "new MeScroll('m', {down: {callback: anew}, up: {callback: p => load(p.num)}})",
        "$('#n').dropload({loadUpFn: anew, loadDownFn: me => { load(++k); me.resetload(); }})",
        "$('#n').infiniteScroll({onNext: () => load(++k)})",
    ],
)
def test_what_a_library_loads_more_with_is_called_at_each_end_of_the_page(begin: str) -> None:
    code = "var k = 0, anew = () => $.get('/new'), load = n => $.get('/m?p=' + n, d => $('#n').append(d));"
    stage = play(f'<ul id="n"></ul><script>{code} {begin};</script>')
    for page in (1, 2, 3):
        (ask,) = stage.state()["asks"]
        assert ask["url"] == f"http://h/m?p={page}", stage.errors
        stage.answer(ask["key"], 200, f"<li>{page}</li>")
        stage.press(-1)
    assert "<li>1</li><li>2</li><li>3</li>" in shown(stage)


def test_what_other_libraries_call_is_left_alone() -> None:
    stage = play("<form id='f'></form><script>$('#f').validate({submitHandler: () => $.post('/vote')});</script>")
    assert (stage.state()["asks"], stage.handles()) == ([], [])


@pytest.mark.parametrize(
    "code",
    [
        "fetch('/a', {headers: {'X-Token': 'k7'}})",
        "fetch('/a', {headers: new Headers({'X-Token': 'k7'})})",
        "fetch(new Request('/a', {headers: [['X-Token', 'k7']]}))",
        "var x = new XMLHttpRequest(); x.open('GET', '/a'); x.setRequestHeader('X-Token', 'k7'); x.send()",
        "$.ajax({url: '/a', headers: {'X-Token': 'k7'}})",
        "$.ajaxSetup({beforeSend: x => x.setRequestHeader('X-Token', 'k7')}); $.get('/a')",
        "axios.get('/a', {headers: {'X-Token': 'k7'}})",
        "axios.defaults.headers.common['X-Token'] = 'k7'; axios({url: '/a'})",
        "var s = axios.create({baseURL: '/'}); s.interceptors.request.use(c => { c.headers['X-Token'] = 'k7'; return c; }); s.get('a')",
    ],
)
def test_the_headers_that_a_script_sets_are_told(code: str) -> None:
    stage = play(f"<script>{code}</script>")
    (ask,) = stage.state()["asks"]
    assert (ask["key"], ask["headers"].get("x-token")) == ("GET http://h/a ", "k7"), stage.errors


def test_an_answer_is_given_as_the_client_of_the_page_makes_it() -> None:
    code = "var s = axios.create({baseURL: '/api'}); s.interceptors.response.use(r => r.data); s.interceptors.response.use(d => d.rows);"
    stage = play(f"<p id='n'></p><script>{code} s.get('/a').then(rows => {{ n.innerHTML = rows[0]; }})</script>")
    stage.answer("GET http://h/api/a ", 200, '{"rows": ["<b>行</b>"]}')
    assert "<b>行</b>" in shown(stage), stage.errors


@pytest.mark.parametrize("kind", ["dblclick", "mousedown", "touchend", "tap"])
def test_an_element_that_hears_another_press_leads_where_that_leads(kind: str) -> None:
    stage = play(f"<p id='b'>会议</p><script>$('#b').on('{kind}', () => {{ location = '/a/7'; }})</script>")
    assert [lead["went"] for lead in stage.leads()] == [["http://h/a/7"]], stage.errors


def test_an_address_of_several_articles_is_that_of_none() -> None:
    code = "function see(i) { sessionStorage.setItem('id', i); location.href = '/d.html'; }"
    rows = "".join(f"<li><a onclick='see({n})'>全市统战部长第{n}次会议</a></li>" for n in range(3))
    stage = play(f"<ul>{rows}</ul><b onclick='see(0)'>最新</b><script>{code}</script>")
    assert len(stage.leads()) == 4
    assert shown(stage).count("/d.html") == 1, "a script names it"


def test_a_template_in_a_script_is_read_as_it_is_written() -> None:
    code = "document.write(document.getElementById('t').innerHTML.replace('%', 'a && b') + $('#t').html())"
    stage = play(f'<script type="text/html" id="t"><b>%</b></script><p><script>{code}</script></p>')
    assert "<b>a &amp;&amp; b</b><b>%</b>" in shown(stage), stage.errors


def test_a_list_whose_end_is_watched_is_scrolled() -> None:
    code = "new IntersectionObserver(es => es[0].isIntersecting && $.get('/m', d => $('#n').append(d))).observe(end)"
    stage = play(f'<ul id="n"></ul><div id="end"></div><script>{code}</script>')
    stage.press(-1)
    assert [ask["url"] for ask in stage.state()["asks"]] == ["http://h/m"]


def test_the_texts_of_an_xml_answer_are_nodes() -> None:
    code = (
        "$.ajax({url: '/l.xml', dataType: 'xml', success: function (x) { var t = x.getElementsByTagName('t')[0];"
        " $('#n').html('<b>' + t.childNodes[0].nodeValue + '</b>' + t.childNodes.length + t.parentNode.childNodes.length); }})"
    )
    stage = play(
        f'<div id="n"></div><script>{code}</script>',
        {"GET http://h/l.xml ": "<?xml version='1.0'?><l><t>行</t><t/></l>"},
    )
    assert '<div id="n"><b>行</b>12</div>' in shown(stage), stage.errors


WRITES = "<script>document.write('<scr' + 'ipt src=\"{}\"></scr' + 'ipt>')</script>"


def test_the_file_of_a_script_that_is_written_runs_before_what_follows() -> None:
    stage = play(f"<ul>{WRITES.format('/l.js?c=3')}</ul><i id=n></i><script>n.innerHTML = rows.length</script>")
    (ask,) = stage.state()["asks"]
    assert (ask["key"], ask["waits"]) == ("GET http://h/l.js?c=3 ", True)
    assert "<i" in shown(stage)
    stage.answer(ask["key"], 200, "var rows = ['行']; document.write('<li>' + rows[0] + '</li>');")
    assert "<li>行</li>" in shown(stage), stage.errors
    assert '<i id="n">1</i>' in shown(stage)


def test_a_script_that_is_written_and_not_fetched_holds_up_nothing() -> None:
    after = "<i id=n></i><script>n.innerHTML = 1; document.write('<script>n.innerHTML += 2;<' + '/script>')</script>"
    stage = play(WRITES.format("http://other.cn/hm.js") + WRITES.format("/js/jquery.min.js") + after)
    assert (stage.state()["asks"], '<i id="n">12</i>' in shown(stage)) == ([], True)
    stage = play(WRITES.format("/gone.js") + after)
    stage.answer("GET http://h/gone.js ", 404, "Not Found")
    assert '<i id="n">12</i>' in shown(stage), stage.errors


def test_a_script_that_writes_itself_without_end_ends() -> None:
    itself = "document.write('<scr' + 'ipt src=\"/l.js\"></scr' + 'ipt><b>1</b>');"
    stage = play(WRITES.format("/l.js"), {"GET http://h/l.js ": itself})
    assert shown(stage).count("<b>1</b>") == NESTED


ROWS = [{"id": 7, "t": "行"}, {"id": 8, "t": "列"}]
FORMAT = "function (v, row) { return '<a href=\"/a/' + row.id + '\">' + v + '</a>'; }"


@pytest.mark.parametrize(
    ("code", "asked", "answer"),
    [
        (f"$('#n').datagrid({{url: '/a', pageSize: 2, queryParams: {{c: 3}}, columns: [[{{field: 't', formatter: {FORMAT}}}]]}})",
         "POST http://h/a page={}&rows=2&c=3", {"total": 5, "rows": ROWS}),
        ("$('#n').bootstrapTable({url: '/a', pageSize: 2, queryParams: p => ({from: p.offset}), columns: "
         f"[{{field: 't', formatter: {FORMAT}}}]}})", "GET http://h/a?from={at} ", {"total": 5, "rows": ROWS}),
        ("$('#n').jqGrid({url: '/a', rowNum: 2, colModel: [{name: 't', formatter: (v, o, row) => "
         "`<a href='/a/${row.id}'>${v}</a>`}]})", "GET http://h/a?page={}&rows=2 ", {"records": 5, "rows": ROWS}),
        ("$('#n').DataTable({serverSide: true, pageLength: 2, ajax: {url: '/a'}, columns: [{data: 't', render: (v, k, row) =>"
         " `<a href='/a/${row.id}'>${v}</a>`}]})", "GET http://h/a?draw={}&start={at}&length=2 ",
         {"recordsTotal": 5, "data": ROWS}),
        ("$('#n').DataTable({serverSide: true, pageLength: 2, ajax: '/a'})", "GET http://h/a?draw={}&start={at}&length=2 ",
         {"recordsTotal": 5, "data": [[f"<a href='/a/{row['id']}'>{row['t']}</a>"] for row in ROWS]}),
        ("layui.use('table', () => layui.table.render({elem: '#n', url: '/a', limit: 2, page: true, cols: "
         "[[{field: 't', templet: d => `<a href='/a/${d.id}'>${d.t}</a>`}]]}))", "GET http://h/a?page={}&limit=2 ",
         {"code": 0, "count": 5, "data": ROWS}),
        ("layui.use('table', () => layui.table.render({elem: '#n', url: '/a', limit: 2, cols: [[{templet: '#x'}]]}))",
         "GET http://h/a?page={}&limit=2 ", {"code": 0, "count": 5, "data": ROWS}),
    ],
)  # fmt: skip
def test_a_table_of_a_library_asks_for_its_rows_and_for_its_pages(
    code: str, asked: str, answer: dict[str, Any]
) -> None:
    template = '<script type="text/html" id="x"><a href="/a/{{ d.id }}">{{ d.t }}</a></script>'
    stage = play(f'<table id="n"></table>{template}<script>{code}</script>')
    (ask,) = stage.state()["asks"]
    assert ask["key"] == asked.format(1, at=0), stage.errors
    stage.answer(ask["key"], 200, json.dumps(answer))
    assert re.findall("<a href=[\"'](/a/\\d)[\"']>(.)</a>", shown(stage).partition("<script")[0]) == [
        ("/a/7", "行"),
        ("/a/8", "列"),
    ]
    assert [handle["text"] for handle in stage.handles()] == ["2", "3"]
    stage.press(stage.handles()[0]["id"])
    assert [ask["key"] for ask in stage.state()["asks"]] == [asked.format(2, at=2)]


def test_files_of_scripts_run_where_they_stand() -> None:
    stage = play('<p>a</p><script src="/menu.js"></script><p>b</p>', menu="document.write('<i>m</i>')")
    assert shown(stage).index("<p>a</p>") < shown(stage).index("<i>m</i>") < shown(stage).index("<p>b</p>")


def test_a_script_without_end_ends_the_process_and_no_more() -> None:
    job: dict[str, Any] = {
        "do": "open",
        "url": URL,
        "agent": "",
        "scripts": {},
        "html": "<script>while (true) {}</script>",
    }
    command = [sys.executable, "-m", "crawler.discovery.stage"]
    done = subprocess.run(
        command, input=json.dumps(job) + "\n", text=True, capture_output=True, check=False, timeout=300
    )
    assert done.returncode < 0
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("pager", "leads"),
    [
        ("共13条 第1/3页 跳转到<input id='n' value='1'><input type='button' value='GO' onclick='go()'>", "2"),
        ("<b>2</b>/3页 转到第 <input id='n' type='text'> 页 <input type='button' value='确定' onclick='go()'>", "3"),
        # The last page, a search, a button that does something else.
        ("共13条 第3/3页 跳转到<input id='n' value='3'><input type='button' value='GO' onclick='go()'>", None),
        ("站内搜索 <input id='n' value='1'><input type='button' value='GO' onclick='go()'>", None),
        ("第1/3页 <input id='n' value='1'><input type='button' value='关闭' onclick='go()'>", None),
    ],
)
def test_a_button_beside_the_number_of_a_page_leads_to_the_next(pager: str, leads: str | None) -> None:
    code = "function go() { document.location = '?lm=3&p=' + document.getElementById('n').value; }"
    stage = play(f"<table><tr><td>1</td></tr></table>{pager}<script>{code}</script>")
    stage.leads()
    links = re.findall(r'<a href="([^"]+)">下一页</a>', shown(stage).replace("&amp;", "&"))
    assert links == ([] if leads is None else [f"http://h/xw/list.html?lm=3&p={leads}"])


@pytest.mark.parametrize(("body", "known"), [("'cid=' + c + '&page=' + page", 2), ("'id=' + c + '&up=1'", 0)])
def test_tabs_that_ask_for_a_list_by_post_are_told_from_what_is_sent(body: str, known: int) -> None:
    code = (
        "var c = 0, page = 1, busy; function more() { if (busy) return; busy = true; page++;"
        " var x = new XMLHttpRequest(); x.open('POST', '/rows');"
        " x.onreadystatechange = function () { busy = false; list.innerHTML += x.responseText; };"
        f" x.send({body}); }}"
        " var t = document.querySelectorAll('.tab span'); for (var i = 0; i < t.length; i++)"
        " t[i].onclick = function () { c = this.getAttribute('data-c'); page = 0; more(); };"
    )
    names = "".join(f"<span data-c={number}>{name}</span>" for number, name in enumerate(("要闻", "党派")))
    stage = play(f"<div class=tab>{names}</div><div id=list></div><script>{code}</script>")
    assert len(tabs(stage.leads())) == known, stage.errors


def test_the_year_that_a_page_shows_first_is_one_of_its_years() -> None:
    code = "function year(y) { $.getJSON('/' + y + '.json', r => $('#n').html('<b>' + r.t + '</b>')); } year(2026);"
    options = "<option value=2026>2026年</option><option value=2025>2025年</option>"
    page = f"<select onchange='year(this.value)'>{options}</select><p id=n></p><script>{code}</script>"
    stage = play(page, {"GET http://h/2026.json ": '{"t": "行"}'})
    assert tabs(stage.leads()) == {"2026年", "2025年"}
    assert "<b>行</b>" in shown(stage)


@pytest.mark.parametrize(
    ("base", "asked"),
    [("/sub/", "http://h/sub/a"), ("javascript:;", "http://h/xw/a"), ("http://[x]/", "http://h/xw/a")],
)
def test_scripts_ask_below_the_base_of_their_page_if_it_is_an_address(base: str, asked: str) -> None:
    stage = play(f"<base href='{base}'><div id=n></div><script>$('#n').load('a')</script>")
    assert [ask["url"] for ask in stage.state()["asks"]] == [asked]


def test_addresses_in_a_frame_are_relative_to_the_frame() -> None:
    stage = Stage(
        {
            "url": URL,
            "agent": "",
            "scripts": {},
            "frames": ["h"],
            "html": "<body><iframe src='/nr/1.html'></iframe></body>",
        }
    )
    body = (
        "<a href='files/1.pdf'>附件</a><a href='/2.html'>乙</a><a href='#top'>顶</a><img src='../pic/1.jpg'>"
        "<embed src='1.swf'><img src='data:,x'>"
    )
    stage.answer("FRAME http://h/nr/1.html", 200, f"<html><body>{body}</body></html>")
    assert re.findall(r' (?:href|src)="([^"]+)"', shown(stage)) == [
        "http://h/nr/files/1.pdf",
        "http://h/2.html",
        "#top",
        "http://h/pic/1.jpg",
        "http://h/nr/1.swf",
        "data:,x",
    ]


@pytest.mark.parametrize("inner", ["{}", "<frameset cols='20%,*'><frame src='/side.html'>{}</frameset>"])
def test_what_stands_in_a_set_of_frames_becomes_the_body_of_the_page(inner: str) -> None:
    frames = inner.format("<frame src='/b/1.html'>")
    html = (
        f"<html><head><title>甲</title></head><frameset rows='60,*'><frame src='/top.html'>{frames}</frameset></html>"
    )
    stage = Stage({"url": URL, "agent": "", "scripts": {}, "frames": ["h"], "html": html})
    for name in ("top", "side", "b/1"):
        if f"/{name}.html" in html:
            stage.answer(f"FRAME http://h/{name}.html", 200, f"<html><body><p>{name}</p></body></html>")
    assert "frame" not in shown(stage)
    assert shown(stage).count("<body") == 1
    assert "<p>b/1</p>" in shown(stage)


def test_rows_of_asp_net_are_opened_and_its_pager_is_left_alone() -> None:
    """The pager's form is read without the stage: pressing it too would ask for each page twice."""
    pager = '<a href="javascript:__doPostBack(&#39;g&#39;,&#39;Page$2&#39;)">2</a>'
    code = (
        "function __doPostBack(t, a) { f.t.value = t; f.submit(); } function ck(i) { window.open('/v.aspx?nid=' + i); }"
    )
    form = f"<form id=f method=post><input type=hidden name=t><p onclick='ck(7)'>会议</p>{pager}</form>"
    (lead,) = play(f"{form}<script>{code}</script>").leads()
    assert (lead["text"], lead["went"]) == ("会议", ["http://h/v.aspx?nid=7"])
